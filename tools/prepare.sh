#!/bin/sh
# Make .venv and install both requirements files in it, unless that has been done already.
# usage: sh tools/prepare.sh [python]
set -eu

record=.venv/installed-requirements.txt
supported='import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))'

# Nothing to do, and that is known within a tenth of a second.
if .venv/bin/python -c "$supported" 2>/dev/null \
        && cat requirements.txt requirements-dev.txt | cmp -s - "$record"; then
    exit 0
fi

install() {
    quiet=--quiet
    if [ -t 1 ]; then quiet=; fi
    rm -f "$record"
    if ! .venv/bin/python -m pip install $quiet --compile --disable-pip-version-check \
            -r requirements.txt -r requirements-dev.txt; then
        echo "The packages could not be installed (pip's reason stands above);" \
             "connect to a network and run make again." >&2
        exit 1
    fi
    cat requirements.txt requirements-dev.txt > "$record"
}

if .venv/bin/python -c "$supported" 2>/dev/null \
        && .venv/bin/python -m pip --version >/dev/null 2>&1; then
    echo "Bringing the packages in .venv up to date."
    install
    exit 0
fi

named=${1:-}
python='' without_venv=''
[ -n "$named" ] || set -- python3 python3.13 python3.12 python3.11 python
for candidate in "$@"; do
    "$candidate" -c "$supported" >/dev/null 2>&1 || continue
    if "$candidate" -c 'import ensurepip, venv' >/dev/null 2>&1; then
        python=$candidate
        break
    fi
    without_venv=${without_venv:-$candidate}
done

if [ -z "$python" ] && [ -n "$without_venv" ]; then
    package=$("$without_venv" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    echo "$without_venv has no venv module, which this course needs; install it" \
         "(on Debian and Ubuntu: sudo apt install $package) and run make again." >&2
    exit 1
fi
if [ -z "$python" ]; then
    if [ -n "$named" ]; then looked="$named is not one of them"; else looked="none was found"; fi
    echo "This course needs Python 3.11, 3.12 or 3.13, and $looked; install one from" \
         "https://www.python.org/downloads, or name it: make PYTHON=/path/to/python3." >&2
    exit 1
fi

echo "Installing the packages into .venv with $("$python" --version): about 3 GB, a few minutes."
"$python" -m venv --clear .venv
install
