# One interface target carries standard, warnings and definitions; every target of the house links it.
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_SCAN_FOR_MODULES OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

option(BUILD_TESTING "Build the tests" ON)
option(HOUSE_BENCH "Build the benchmarks in tests/bench" OFF)
set(HOUSE_SANITIZE "" CACHE STRING "Sanitizers for every target: address,undefined or thread")

add_library(house_options INTERFACE)
target_compile_features(house_options INTERFACE cxx_std_23)
target_include_directories(house_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(house_options INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor -Woverloaded-virtual
    -Wold-style-cast -Wcast-qual -Wformat=2
    # GCC 14 reports every std::optional that is moved from in optimised code.
    -Wno-maybe-uninitialized)
target_compile_definitions(house_options INTERFACE
    QT_NO_CAST_FROM_ASCII QT_NO_CAST_TO_ASCII QT_NO_CONTEXTLESS_CONNECT QT_NO_FOREACH QT_NO_KEYWORDS
    QT_NO_NARROWING_CONVERSIONS_IN_CONNECT QT_NO_URL_CAST_FROM_STRING QT_ENABLE_STRICT_MODE_UP_TO=0x060800
    HOUSE_VERSION="${PROJECT_VERSION}"
    # What Qt defines for who links these; alike everywhere, so that one precompiled header fits all.
    QT_CORE_LIB QT_NETWORK_LIB QT_SQL_LIB)
if(HOUSE_SANITIZE)
    target_compile_options(house_options INTERFACE -fsanitize=${HOUSE_SANITIZE} -fno-omit-frame-pointer)
    target_link_options(house_options INTERFACE -fsanitize=${HOUSE_SANITIZE})
endif()

# One precompiled header for all targets. Executables take the code model of the libraries, or they could not share it.
set(CMAKE_CXX_COMPILE_OPTIONS_PIE -fPIC)
function(house_precompiled target)
    if(NOT TARGET house_pch)
        file(WRITE ${CMAKE_BINARY_DIR}/house_pch.cpp "")
        add_library(house_pch OBJECT ${CMAKE_BINARY_DIR}/house_pch.cpp)
        set_target_properties(house_pch PROPERTIES AUTOMOC OFF AUTOUIC OFF)
        target_link_libraries(house_pch PRIVATE house_options Qt6::Core Qt6::Sql Qt6::Network qca-qt6)
        target_precompile_headers(house_pch PRIVATE ${PROJECT_SOURCE_DIR}/cmake/precompiled.h)
    endif()
    target_precompile_headers(${target} REUSE_FROM house_pch)
endfunction()

# house_room(NAME SOURCES file... [USES target...]): folder = room = static library, named alike.
function(house_room name)
    cmake_parse_arguments(PARSE_ARGV 1 room "" "" "SOURCES;USES")
    add_library(${name} STATIC ${room_SOURCES})
    target_link_libraries(${name} PUBLIC house_options ${room_USES})
    house_precompiled(${name})
endfunction()
