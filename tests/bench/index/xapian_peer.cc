// Xapian for the benchmark of the index, as a program of its own: documents and questions come as
// lines on stdin, answers go to stdout. See xapian.c for the other side.
//
//   D site label TEXT     add a document; the next number
//   E                     write everything; answers "CPU-us bytes"
//   Q ask TERM TERM ...   answers "count CPU-us"
#include <xapian.h>

#include <cstdio>
#include <ctime>
#include <filesystem>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

namespace
{

long long cpu_us()
{
    timespec used;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return used.tv_sec * 1000000LL + used.tv_nsec / 1000;
}

void add(Xapian::WritableDatabase &db, const std::string &line)
{
    Xapian::Document document;
    std::istringstream head(line);
    std::string site, label;
    head >> site >> label;
    size_t at = site.size() + label.size() + 2;
    document.add_value(0, label);
    document.add_value(1, site);
    for (Xapian::termpos position = 1; at < line.size();) {
        size_t end = line.find_first_of(" |", at);
        end = end == std::string::npos ? line.size() : end;
        if (end > at && end - at < 240) {
            document.add_posting(line.substr(at, end - at), position, 0);
        }
        position += end < line.size() && line[end] == ' ';
        at = end + 1;
    }
    db.add_document(document);
}

Xapian::Query query_of(int ask, const std::vector<std::string> &terms)
{
    static const Xapian::Query::op ops[] = {Xapian::Query::OP_AND,  Xapian::Query::OP_AND,
                                            Xapian::Query::OP_OR,   Xapian::Query::OP_PHRASE,
                                            Xapian::Query::OP_NEAR, Xapian::Query::OP_AND};
    Xapian::termcount window = ask == 3 ? 2 : ask == 4 ? 7 : 0;
    return Xapian::Query(ops[ask], terms.begin(), terms.end(), window);
}

unsigned long long answer(const Xapian::Database &db, int ask,
                          const std::vector<std::string> &terms)
{
    Xapian::Enquire enquire(db);
    Xapian::ValueCountMatchSpy labels(0), sites(1);
    enquire.set_query(query_of(ask, terms));
    enquire.set_weighting_scheme(Xapian::BoolWeight());
    if (ask == 5) {
        enquire.add_matchspy(&labels);
        enquire.add_matchspy(&sites);
    }
    Xapian::MSet found = enquire.get_mset(0, 0, db.get_doccount());
    if (ask != 5) {
        return found.get_matches_lower_bound();
    }
    unsigned long long sum = 0;
    for (auto i = labels.values_begin(); i != labels.values_end(); ++i) {
        sum += i.get_termfreq();
    }
    for (auto i = sites.values_begin(); i != sites.values_end(); ++i) {
        sum += i.get_termfreq();
    }
    return sum;
}

unsigned long long bytes_of(const std::string &dir)
{
    unsigned long long sum = 0;
    for (const auto &entry : std::filesystem::directory_iterator(dir)) {
        sum += entry.file_size();
    }
    return sum;
}

} // namespace

int main(int argc, char **argv)
{
    if (argc != 2) {
        return 2;
    }
    std::ios::sync_with_stdio(false);
    Xapian::WritableDatabase db(argv[1], Xapian::DB_CREATE_OR_OVERWRITE);
    std::string line;
    long long begin = cpu_us();
    while (std::getline(std::cin, line)) {
        if (line[0] == 'D') {
            add(db, line.substr(2));
        } else if (line[0] == 'E') {
            db.commit();
            std::cout << cpu_us() - begin << ' ' << bytes_of(argv[1]) << std::endl;
        } else {
            std::istringstream words(line.substr(2));
            std::vector<std::string> terms;
            std::string term;
            int ask;
            words >> ask;
            while (words >> term) {
                terms.push_back(term);
            }
            long long start = cpu_us();
            unsigned long long count = answer(db, ask, terms);
            std::cout << count << ' ' << cpu_us() - start << std::endl;
        }
    }
    return 0;
}
