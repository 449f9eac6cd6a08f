// simdjson's stage 1 (UTF-8 validation and the index of structural characters), or its whole parse to a DOM, event by
// event, behind the protocol of benches/peers/README.md. It knows no rules: this is how fast events can be read at all.
//
// usage: engine simdjson-stage1|simdjson-dom

#include <simdjson.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

using simdjson::dom::parser;

namespace {

struct Session {
  bool dom = false;
  parser whole;
  std::unique_ptr<simdjson::internal::dom_parser_implementation> stage1;
  std::string text;  // of all events, and simdjson's padding
  std::vector<size_t> ends;
  size_t cursor = 0;
};

void fail(const std::string& message) {
  std::cout << "error\t" << message << std::endl;
  std::exit(1);
}

void load(Session& session, const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) fail("can't read " + path);
  std::ostringstream content;
  content << file.rdbuf();
  session.text = content.str();
  if (!session.text.empty() && session.text.back() != '\n') session.text += '\n';
  size_t longest = 0, start = 0;
  for (size_t at = 0; at < session.text.size(); at++) {
    if (session.text[at] != '\n') continue;
    longest = std::max(longest, at - start);
    session.ends.push_back(at);
    start = at + 1;
  }
  const size_t bytes = session.text.size() - session.ends.size();
  session.text.append(simdjson::SIMDJSON_PADDING, ' ');
  auto error = session.whole.allocate(longest);
  if (!error) {
    error = simdjson::get_active_implementation()->create_dom_parser_implementation(longest, 1024, session.stage1);
  }
  if (error) fail(simdjson::error_message(error));
  std::printf("loaded\t0\t0\t0\t0\t%zu\t%zu\n", session.ends.size(), bytes);
}

// Keeps the compiler from leaving out what it takes for useless.
volatile size_t sink;

size_t read(Session& session, const char* event, size_t length) {
  if (session.dom) {
    simdjson::dom::element root;
    return size_t(session.whole.parse(event, length, false).get(root));
  }
  const auto* bytes = reinterpret_cast<const uint8_t*>(event);
  const auto error = session.stage1->stage1(bytes, length, simdjson::stage1_mode::regular);
  return size_t(error) + session.stage1->n_structural_indexes;
}

void run(Session& session, long milliseconds, size_t chunk) {
  using clock = std::chrono::steady_clock;
  size_t events = 0, bytes = 0, sum = 0;
  const auto start = clock::now();
  do {
    for (size_t left = chunk; left > 0; left--) {
      const size_t from = session.cursor == 0 ? 0 : session.ends[session.cursor - 1] + 1;
      const size_t length = session.ends[session.cursor] - from;
      sum += read(session, session.text.data() + from, length);
      bytes += length;
      if (++session.cursor == session.ends.size()) session.cursor = 0;
    }
    events += chunk;
  } while (clock::now() - start < std::chrono::milliseconds(milliseconds));
  sink = sum;
  std::printf("ran\t%zu\t%zu\n", events, bytes);
}

}  // namespace

int main(int count, char** arguments) {
  const std::string name = count > 1 ? arguments[1] : "";
  if (name != "simdjson-stage1" && name != "simdjson-dom") fail("no engine is named `" + name + "`");
  Session session;
  session.dom = name == "simdjson-dom";
  for (std::string line; std::getline(std::cin, line);) {
    std::vector<std::string> fields;
    std::istringstream parts(line);
    for (std::string field; std::getline(parts, field, '\t');) fields.push_back(field);
    if (fields.size() == 1 && fields[0] == "version") {
      const auto& implementation = *simdjson::get_active_implementation();
      std::cout << "version\tsimdjson " << simdjson::SIMDJSON_VERSION_MAJOR << '.' << simdjson::SIMDJSON_VERSION_MINOR
                << '.' << simdjson::SIMDJSON_VERSION_REVISION << ", " << implementation.name() << std::endl;
    } else if (fields.size() == 3 && fields[0] == "load") {
      load(session, fields[2]);
    } else if (fields.size() == 3 && fields[0] == "run") {
      run(session, std::stol(fields[1]), std::stoul(fields[2]));
    } else {
      fail("bad command `" + line + "`");
    }
    std::fflush(stdout);
  }
}
