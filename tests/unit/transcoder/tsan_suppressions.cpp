// ThreadSanitizer does not see GLib's own locks (futexes), so whatever GStreamer hands from thread
// to thread looks like a race. Left out of its view: what happens within these libraries and in
// what they call. That is little of ours: their callbacks only post to the loop.
extern "C" const char* __tsan_default_suppressions() {
  return "race:libglib-2.0.so\n"
         "race:libgobject-2.0.so\n"
         "race:libgst\n"
         "race:libav\n"
         "race:libopus.so\n"
         "race:libx264\n"
         "race:liborc-0.4.so\n"
         "race:OpusPipeline::Push\n"
         "race:PicturePipeline::Push\n"
         "mutex:libgst\n";
}
