# Reads C sources and prints what breaks a rule of the house: "FILE:LINE: RULE: why".
#
#   LC_ALL=C awk -v tables=tests/lint -f tests/lint/code.awk FILE...
#
# Paths are from the root of the project. Function lengths rely on clang-format: a function begins
# and ends with a brace in the first column.

BEGIN {
    LINES_MAX = 600
    TEST_LINES_MAX = 800
    FUNCTION_MAX = 80
    TURKISH = "ç|ğ|ı|ö|ş|ü|â|î|û|Ç|Ğ|İ|Ö|Ş|Ü|Â|Î|Û"
    load_layers(tables "/layers.txt")
    load_libraries(tables "/libraries.txt")
    load_forbidden(tables "/forbidden.txt")
}

function load_layers(file,    line, word, n, i, name) {
    while ((getline line < file) > 0) {
        n = split(line, word, /[ \t:]+/)
        name = word[2]
        for (i = 3; i <= n; i++) {
            if (word[i] != "" && word[1] == "layer") {
                layer_by_prefix[word[i]] = name
            } else if (word[i] != "" && word[1] == "may") {
                may[name, word[i]] = 1
            }
        }
    }
    need(NR_of(layer_by_prefix), file)
}

function load_libraries(file,    line, word, n, i) {
    while ((getline line < file) > 0) {
        n = split(line, word, /[ \t]+/)
        if (n >= 2 && word[1] != "#") {
            libraries[word[1]] = n
            for (i = 2; i <= n; i++) {
                owner[word[1], i] = word[i]
            }
        }
    }
    need(NR_of(libraries), file)
}

function load_forbidden(file,    line, word, n, last) {
    while ((getline line < file) > 0) {
        n = split(line, word, /[ \t]+/)
        if (word[1] == "except") {
            except[last, word[2]] = 1
        } else if (n >= 3 && word[1] != "#") {
            last = word[1]
            forbidden[last] = word[2]
            reason[last] = substr(line, match(line, word[2] "[ \t]") + length(word[2]))
            sub(/^[ \t]+/, "", reason[last])
        }
    }
    need(NR_of(forbidden), file)
}

function NR_of(set,    key, n) {
    for (key in set) {
        n++
    }
    return n + 0
}

function need(n, file) {
    if (n == 0) {
        print file ": unreadable or empty"
        failed = 1
        exit 1
    }
}

function say(line, rule, text) {
    printf "%s:%d: %s: %s\n", FILENAME, line, rule, text
    failed = 1
}

function begins(text, prefix) {
    return substr(text, 1, length(prefix)) == prefix
}

# Value of the longest prefix of path in the table, or "".
function by_prefix(table, path,    prefix, best) {
    best = ""
    for (prefix in table) {
        if (length(prefix) > length(best) && begins(path, prefix)) {
            best = prefix
        }
    }
    return best == "" ? "" : table[best]
}

# Splits a line into code (strings emptied) and text (strings kept); both without comments.
function split_line(line,    mark, literal) {
    code = ""
    text = ""
    while (line != "") {
        if (in_comment) {
            mark = index(line, "*/")
            if (mark == 0) {
                notes = notes line
                return
            }
            notes = notes substr(line, 1, mark - 1)
            line = substr(line, mark + 2)
            code = code " "
            in_comment = 0
            continue
        }
        if (!match(line, /\/\*|\/\/|"|'/)) {
            code = code line
            text = text line
            return
        }
        code = code substr(line, 1, RSTART - 1)
        text = text substr(line, 1, RSTART - 1)
        line = substr(line, RSTART)
        if (begins(line, "//")) {
            return
        }
        if (begins(line, "/*")) {
            in_comment = 1
            line = substr(line, 3)
            continue
        }
        if (!match(line, begins(line, "'") ? "^'([^'\\\\]|\\\\.)*'" : "^\"([^\"\\\\]|\\\\.)*\"")) {
            RLENGTH = length(line)
        }
        literal = substr(line, 1, RLENGTH)
        line = substr(line, RLENGTH + 1)
        code = code "\"\""
        text = text literal
    }
}

function check_calls(    rest, name, before) {
    rest = code
    while (match(rest, /[A-Za-z_][A-Za-z_0-9]* *\(/)) {
        name = substr(rest, RSTART, RLENGTH - 1)
        sub(/ +$/, "", name)
        before = RSTART > 1 ? substr(rest, RSTART - 1, 1) : " "
        if ((name in forbidden) && before != "." && before != ">" &&
            !((name, FILENAME) in except) && (forbidden[name] == "all" || !is_test)) {
            say(FNR, "forbidden", name "(): " reason[name])
        }
        rest = substr(rest, RSTART + RLENGTH)
    }
}

function check_project_include(path,    mine, theirs) {
    mine = by_prefix(layer_by_prefix, FILENAME)
    theirs = by_prefix(layer_by_prefix, path)
    if (mine == "" || theirs == "") {
        path = mine == "" ? FILENAME : path
        if (!(path in asked)) {
            asked[path] = 1
            say(FNR, "layer", "tests/lint/layers.txt does not say whose " path " is")
        }
    } else if (mine != theirs && !((mine, theirs) in may)) {
        say(FNR, "layer", mine " may not include " path " (" theirs ")")
    }
}

function check_library_include(path,    prefix, best, i) {
    best = ""
    for (prefix in libraries) {
        if ((path == prefix || (prefix ~ /\/$/ && begins(path, prefix))) &&
            length(prefix) > length(best)) {
            best = prefix
        }
    }
    if (best == "") {
        say(FNR, "library", "tests/lint/libraries.txt does not say who owns <" path ">")
        return
    }
    for (i = 2; i <= libraries[best]; i++) {
        if (owner[best, i] == "*" || begins(FILENAME, owner[best, i])) {
            return
        }
    }
    say(FNR, "library", "<" path "> is not for this file; see tests/lint/libraries.txt")
}

function check_include(line,    path) {
    if (!match(line, /["<][^">]*[">]/)) {
        return
    }
    path = substr(line, RSTART + 1, RLENGTH - 2)
    if (substr(line, RSTART, 1) == "\"") {
        check_project_include(path)
    } else if (begins(path, "nabiz/")) {
        check_project_include("include/" path)
    } else if (!is_test) {
        check_library_include(path)
    }
}

# The file before this one has ended.
function finish_file(    max) {
    max = begins(last_file, "tests/") ? TEST_LINES_MAX : LINES_MAX
    if (last_line > max && notes !~ /lint: table/) {
        printf "%s:%d: long-file: over %d lines; split it (a table says \"lint: table\" in a " \
               "comment)\n", last_file, last_line, max
        failed = 1
    }
}

FNR == 1 {
    finish_file()
    in_comment = 0
    notes = ""
    begun = 0
    is_test = begins(FILENAME, "tests/")
}

{
    last_file = FILENAME
    last_line = FNR
    split_line($0)
    if (code ~ /^ *# *include/) {
        check_include($0)
        next
    }
    if (code ~ /\(/) {
        check_calls()
    }
    if (!is_test && text ~ TURKISH) {
        say(FNR, "turkish", "what is Turkish lives in lexicons/, not in code")
    }
    if ($0 == "{") {
        begun = FNR
    } else if ($0 ~ /^}/ && begun) {
        if (FNR - begun - 1 > FUNCTION_MAX) {
            say(begun, "long-function", "over " FUNCTION_MAX " lines")
        }
        begun = 0
    }
}

END {
    if (NR > 0) {
        finish_file()
    }
    exit failed
}
