#!/bin/sh
# Publishes a test picture with a clock and a tone: test-picture.sh rtmp://HOST:PORT/live/NAME
exec ffmpeg -hide_banner -loglevel warning -nostdin -re \
  -f lavfi -i "testsrc2=size=1280x720:rate=30,drawtext=text='%{localtime\:%H\\\\\:%M\\\\\:%S}':fontsize=96:fontcolor=white:box=1:boxcolor=black@0.6:boxborderw=16:x=(w-text_w)/2:y=h-160" \
  -f lavfi -i "sine=frequency=440:sample_rate=48000" \
  -c:v libx264 -preset veryfast -tune zerolatency -profile:v high -bf 0 -g 60 -keyint_min 60 \
  -sc_threshold 0 -b:v 2M -maxrate 2M -bufsize 2M -pix_fmt yuv420p \
  -c:a aac -b:a 128k -ac 2 -f flv "$1"
