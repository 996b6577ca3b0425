// Bursts of a 1 kHz tone and noise, 100 ms in every 500 ms, as HE-AAC in ADTS.
use fdk_aac_sys as f;
use std::{fs, ptr};
unsafe fn encode(aot: u32, bitrate: u32, path: &str) {
    let mut h: f::HANDLE_AACENCODER = ptr::null_mut();
    let ok = |e| assert_eq!(e, f::AACENC_ERROR_AACENC_OK);
    ok(f::aacEncOpen(&mut h, 0, 2));
    for (p, v) in [
        (f::AACENC_PARAM_AACENC_AOT, aot),
        (f::AACENC_PARAM_AACENC_SAMPLERATE, 44100),
        (f::AACENC_PARAM_AACENC_CHANNELMODE, 2),
        (f::AACENC_PARAM_AACENC_BITRATE, bitrate),
        (f::AACENC_PARAM_AACENC_TRANSMUX, 2),
        (f::AACENC_PARAM_AACENC_SIGNALING_MODE, 0),
    ] { ok(f::aacEncoder_SetParam(h, p, v)); }
    ok(f::aacEncEncode(h, ptr::null(), ptr::null(), ptr::null(), ptr::null_mut()));
    let mut seed = 1u32;
    let n = 44100 * 3;
    let mut pcm: Vec<i16> = Vec::new();
    for i in 0..n {
        let t = i as f64 / 44100.0;
        seed = seed.wrapping_mul(1664525).wrapping_add(1013904223);
        let noise = (seed >> 16) as f64 / 32768.0 - 1.0;
        let on = (t + 0.3) % 0.5 < 0.1;
        let s = if on { 0.3 * (2.0 * std::f64::consts::PI * 1000.0 * t).sin() + 0.2 * noise } else { 0.0 };
        // Louder on the left: parametric stereo has something to say.
        pcm.push((s * 32767.0) as i16);
        pcm.push((s * 0.5 * 32767.0) as i16);
    }
    let mut out: Vec<u8> = Vec::new();
    let mut buf = [0u8; 8192];
    for chunk in pcm.chunks(4096) {
        let mut inp = chunk.as_ptr() as *mut std::ffi::c_void;
        let (mut id, mut isz, mut iel) = (f::AACENC_BufferIdentifier_IN_AUDIO_DATA as i32, (chunk.len() * 2) as i32, 2i32);
        let ib = f::AACENC_BufDesc { numBufs: 1, bufs: &mut inp, bufferIdentifiers: &mut id, bufSizes: &mut isz, bufElSizes: &mut iel };
        let mut op = buf.as_mut_ptr() as *mut std::ffi::c_void;
        let (mut oid, mut osz, mut oel) = (f::AACENC_BufferIdentifier_OUT_BITSTREAM_DATA as i32, 8192i32, 1i32);
        let ob = f::AACENC_BufDesc { numBufs: 1, bufs: &mut op, bufferIdentifiers: &mut oid, bufSizes: &mut osz, bufElSizes: &mut oel };
        let ia = f::AACENC_InArgs { numInSamples: chunk.len() as i32, numAncBytes: 0 };
        let mut oa: f::AACENC_OutArgs = std::mem::zeroed();
        ok(f::aacEncEncode(h, &ib, &ob, &ia, &mut oa));
        out.extend_from_slice(&buf[..oa.numOutBytes as usize]);
    }
    fs::write(path, &out).unwrap();
    println!("{path} {}", out.len());
}
fn main() { unsafe {
    encode(5, 32000, "he_aac_v1.aac");
    encode(29, 24000, "he_aac_v2.aac");
} }
