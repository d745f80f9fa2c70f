# Writes the samples of samples.txt to dir/NUMBER/PATH and their headings to dir/list.
#
# "--- CHECK RULE PATH" begins a sample, "+++ PATH" a further file of it; a line "@N TEXT" stands
# for N lines of TEXT. Blank lines at the end of a file are left out.

/^#/ && file == "" {
    next
}

/^--- / {
    number++
    open(number, $4)
    print number, $2, $3, $4 > (dir "/list")
    next
}

/^\+\+\+ / {
    open(number, $2)
    next
}

file == "" {
    next
}

/^$/ {
    blank++
    next
}

{
    for (; blank > 0; blank--) {
        print "" > file
    }
}

/^@[0-9]+ / {
    n = substr($1, 2) + 0
    sub(/^@[0-9]+ /, "")
    for (i = 0; i < n; i++) {
        print > file
    }
    next
}

{
    print > file
}

function open(number, path,    folder) {
    blank = 0
    if (file != "") {
        close(file)
    }
    file = dir "/" number "/" path
    folder = file
    sub(/\/[^\/]*$/, "", folder)
    if (system("mkdir -p '" folder "'") != 0) {
        exit 1
    }
}

END {
    if (number == 0) {
        exit 1
    }
}
