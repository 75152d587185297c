// The C library from C++: handles in smart pointers, a table written and read back.
#include <colonnade.h>

#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "rows.h"

namespace {

struct Free {
  void operator()(colonnade_table *table) const { colonnade_table_free(table); }
  void operator()(colonnade_error *error) const { colonnade_error_free(error); }
  void operator()(ArrowArrayStream *stream) const {
    if (stream->release) stream->release(stream);
    delete stream;
  }
};

void check(colonnade_status status, colonnade_error *error) {
  std::unique_ptr<colonnade_error, Free> owned(error);
  if (status != COLONNADE_OK) throw std::runtime_error(colonnade_error_description(error));
}

std::unique_ptr<colonnade_table, Free> open(const std::string &path) {
  colonnade_table *table = nullptr;
  colonnade_error *error = nullptr;
  const colonnade_status status = colonnade_open(path.c_str(), nullptr, &table, &error);
  check(status, error);
  return std::unique_ptr<colonnade_table, Free>(table);
}

int64_t count(const colonnade_table *table, const char *where) {
  colonnade_scan_options options = COLONNADE_SCAN_OPTIONS_INIT;
  options.where = where;
  std::unique_ptr<ArrowArrayStream, Free> stream(new ArrowArrayStream());
  colonnade_error *error = nullptr;
  const colonnade_status status = colonnade_scan(table, &options, stream.get(), &error);
  check(status, error);
  return rows_totals(stream.get()).rows;
}

}  // namespace

int main(int argc, char **argv) {
  if (argc < 2) return 2;
  const std::string path = std::string(argv[1]) + "/cpp";
  rows_table(path.c_str(), 10000, "bucket(2, id)");
  const auto table = open(path);
  const int64_t all = count(table.get(), nullptr), few = count(table.get(), "id < 10");
  try {
    open(path + " and more");
    return 3;
  } catch (const std::runtime_error &error) {
    std::printf("%s\n", error.what());
  }
  std::printf("%lld rows, %lld below 10\n", static_cast<long long>(all),
              static_cast<long long>(few));
  return all == 10000 && few == 10 ? 0 : 1;
}
