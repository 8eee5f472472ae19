# tools/build_id.cmake: writes l1_build_id.h from the text of the core's sources.
#
# INPUTS names one file a line, relative to ROOT, in sorted order. The id covers each file's name
# and bytes and nothing else: no compiler, flag, date or path of this machine.
file(STRINGS ${INPUTS} files)
set(listing "")
foreach(file ${files})
  file(SHA256 ${ROOT}/${file} digest)
  string(APPEND listing "${digest}  ${file}\n")
endforeach()
string(SHA256 digest "${listing}")
string(SUBSTRING ${digest} 0 12 short)
file(CONFIGURE OUTPUT ${HEADER} @ONLY CONTENT [[
/* l1_build_id.h: which core this is; made by tools/build_id.cmake from the core's sources. */
#ifndef L1_BUILD_ID_H
#define L1_BUILD_ID_H

#define L1_VERSION "@VERSION@"
#define L1_BUILD_ID "@VERSION@-@short@"

#endif
]])
