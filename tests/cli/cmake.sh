# A CMake project with crun-cc as its compiler, given with the flag -race or without.
. "$(dirname "$0")/lib.sh"
: "${CRUN_CMAKE:?}"
mkdir 'a project'
racy 'a project/racy.c'
cat >'a project/CMakeLists.txt' <<'M'
cmake_minimum_required(VERSION 3.13)
project(p C)
include(CheckCSourceCompiles)
include(CheckFunctionExists)
include(CheckIncludeFile)
include(CheckCCompilerFlag)
find_package(Threads REQUIRED)
check_c_source_compiles("#include <crun/crun.h>
int main(void) { return 0; }" HAVE_CRUN)
check_function_exists(pthread_create HAVE_CREATE)
check_function_exists(no_such_function HAVE_NONE)
check_include_file(nosuch.h HAVE_NOSUCH)
check_c_compiler_flag(-Wfrobnicate HAVE_FROBNICATE)
if(NOT HAVE_CRUN OR NOT HAVE_CREATE OR HAVE_NONE OR HAVE_NOSUCH OR HAVE_FROBNICATE)
  message(FATAL_ERROR "the compiler answers wrongly")
endif()
file(WRITE ${CMAKE_BINARY_DIR}/helper.c "int helper(void) { return 0; }")
add_library(helper STATIC ${CMAKE_BINARY_DIR}/helper.c)
add_executable(racy racy.c)
target_link_libraries(racy helper Threads::Threads)
M
for kind in Debug Release; do
  run 0 "$CRUN_CMAKE" -G Ninja -S 'a project' -B b-race-$kind -DCMAKE_BUILD_TYPE=$kind -DCMAKE_C_COMPILER="$cc" -DCMAKE_C_FLAGS=-race
  run 0 "$CRUN_CMAKE" --build b-race-$kind
  run 66 ./b-race-$kind/racy
  err_lacks 'note:'
done
run 0 "$CRUN_CMAKE" -G Ninja -S 'a project' -B b-plain -DCMAKE_C_COMPILER="$cc"
run 0 "$CRUN_CMAKE" --build b-plain
run 0 ./b-plain/racy
