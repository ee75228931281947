# Finds a JDK that pgtrickle can be built and run with. Sourced by ./pgtrickle and ./verify; POSIX sh.

jdk_required=25

# The major version of the JDK in directory $1; nothing if it is none.
jdk_major() {
    if [ -x "$1/bin/javac" ] && [ -x "$1/bin/java" ] && [ -r "$1/release" ]; then
        sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
    fi
}

# Sets JAVA_HOME to a JDK that is new enough: the one that it names already, the one on the PATH, or the first in a usual
# place. Where there is none, says what to do and ends the script.
find_jdk() {
    jdk_on_path=$(command -v javac || true)
    if [ -n "$jdk_on_path" ]; then
        jdk_on_path=$(readlink -f "$jdk_on_path" 2>/dev/null || echo "$jdk_on_path")
        jdk_on_path=${jdk_on_path%/bin/javac}
    fi
    for jdk in "${JAVA_HOME:-}" "$jdk_on_path" \
        /usr/lib/jvm/* \
        "${SDKMAN_DIR:-$HOME/.sdkman}"/candidates/java/* \
        /Library/Java/JavaVirtualMachines/*/Contents/Home \
        "$HOME"/Library/Java/JavaVirtualMachines/*/Contents/Home; do
        jdk_found=$(jdk_major "$jdk")
        if [ "${jdk_found:-0}" -ge "$jdk_required" ]; then
            JAVA_HOME=$jdk
            export JAVA_HOME
            return
        fi
    done
    echo "pgtrickle: needs a JDK of version $jdk_required or later: install one (for example Temurin $jdk_required) or set JAVA_HOME to it" >&2
    exit 1
}

require_maven() {
    if ! command -v mvn >/dev/null; then
        echo "pgtrickle: needs Apache Maven 3.8.7 or later to build: apt install maven, dnf install maven or brew install maven" >&2
        exit 1
    fi
    # Maven's own libraries use what later JDKs warn about.
    MAVEN_OPTS="--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow ${MAVEN_OPTS:-}"
    export MAVEN_OPTS
}
