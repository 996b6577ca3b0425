// Exists so that the precompiled Catch2 header is built; see tests/CMakeLists.txt.
