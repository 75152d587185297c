// Arrow's messages and footers as flatbuffers: the inverse of arrow_read.cpp.

#include <cstdlib>
#include <cstring>
#include <new>
#include <vector>

#include "arrow_tables.h"

namespace {

using namespace colonnade_arrow_tables;
using flatbuffers::FlatBufferBuilder;

using Entries = Offset<Vector<Offset<Table>>>;

/// Builds one message or footer.
class MessageWriter {
 public:
  explicit MessageWriter(const colonnade_arrow_message &message) : message_(message) {}

  const FlatBufferBuilder &write() {
    builder_.Finish(message_.kind == COLONNADE_ARROW_FOOTER ? footer() : whole_message());
    return builder_;
  }

 private:
  FlatBufferBuilder builder_{1024};
  const colonnade_arrow_message &message_;

  Offset<String> text(const colonnade_arrow_text &text) {
    return builder_.CreateString(text.bytes == nullptr ? "" : text.bytes, text.count);
  }

  template <typename T>
  void put(int number, T value) {
    builder_.AddElement<T>(at(number), value);
  }

  template <typename T>
  void refer(int number, Offset<T> target) {
    builder_.AddOffset(at(number), target);
  }

  Offset<Table> end(flatbuffers::uoffset_t start) {
    return Offset<Table>(builder_.EndTable(start));
  }

  /// No offset where there are no entries.
  Entries entries(size_t start, size_t count) {
    if (count == 0) return Entries();
    std::vector<Offset<Table>> list;
    for (size_t index = start; index < start + count; index++) {
      const Offset<String> key = text(message_.entries[index].key);
      const Offset<String> value = text(message_.entries[index].value);
      const auto table = builder_.StartTable();
      refer(0, key);
      refer(1, value);
      list.push_back(end(table));
    }
    return builder_.CreateVector(list);
  }

  Offset<Table> integer(int32_t width, bool isSigned) {
    const auto table = builder_.StartTable();
    put<int32_t>(0, width);
    put<uint8_t>(1, isSigned);
    return end(table);
  }

  Offset<Table> type(const colonnade_arrow_field &field) {
    if (field.type == COLONNADE_ARROW_INT) return integer(field.width, field.isSigned);
    Offset<String> zone;
    if (field.zone.bytes != nullptr) zone = text(field.zone);
    const auto table = builder_.StartTable();
    switch (field.type) {
      case COLONNADE_ARROW_FLOAT:
      case COLONNADE_ARROW_DATE:
      case COLONNADE_ARROW_DURATION:
        put<int16_t>(0, static_cast<int16_t>(field.unit));
        break;
      case COLONNADE_ARROW_DECIMAL:
        put<int32_t>(0, field.precision);
        put<int32_t>(1, field.scale);
        put<int32_t>(2, field.width);
        break;
      case COLONNADE_ARROW_TIME:
        put<int16_t>(0, static_cast<int16_t>(field.unit));
        put<int32_t>(1, field.width);
        break;
      case COLONNADE_ARROW_TIMESTAMP:
        put<int16_t>(0, static_cast<int16_t>(field.unit));
        refer(1, zone);
        break;
      case COLONNADE_ARROW_FIXED_BINARY:
      case COLONNADE_ARROW_FIXED_LIST: put<int32_t>(0, field.width); break;
      case COLONNADE_ARROW_MAP: put<uint8_t>(0, field.hasSortedKeys); break;
      default: break;
    }
    return end(table);
  }

  /// The field at `index` and what is below it; `index` goes past them.
  Offset<Table> field(size_t *index) {
    const colonnade_arrow_field &field = message_.fields[*index];
    *index += 1;
    std::vector<Offset<Table>> children;
    for (uint32_t child = 0; child < field.childCount && *index < message_.fieldCount; child++) {
      children.push_back(this->field(index));
    }
    const Offset<String> name = text(field.name);
    const Offset<Table> type = this->type(field);
    Offset<Table> dictionary;
    if (field.hasDictionary) {
      const Offset<Table> indices = integer(field.indexWidth, field.indexIsSigned);
      const auto table = builder_.StartTable();
      put<int64_t>(0, field.dictionaryIdentifier);
      refer(1, indices);
      put<uint8_t>(2, field.isOrdered);
      dictionary = end(table);
    }
    // Some readers ask for the list even where it is empty.
    const Entries below = builder_.CreateVector(children);
    const Entries metadata = entries(field.metadataStart, field.metadataCount);
    const auto table = builder_.StartTable();
    refer(0, name);
    put<uint8_t>(1, field.isNullable);
    put<uint8_t>(2, field.type);
    refer(3, type);
    refer(4, dictionary);
    refer(5, below);
    refer(6, metadata);
    return end(table);
  }

  Offset<Table> schema() {
    std::vector<Offset<Table>> columns;
    size_t index = 0;
    while (index < message_.fieldCount) columns.push_back(field(&index));
    const Entries list = builder_.CreateVector(columns);
    const Entries metadata = entries(message_.metadataStart, message_.metadataCount);
    const auto table = builder_.StartTable();
    put<int16_t>(0, message_.isBigEndian);
    refer(1, list);
    refer(2, metadata);
    return end(table);
  }

  Offset<Table> batch() {
    std::vector<NodeBytes> nodes;
    for (size_t index = 0; index < message_.nodeCount; index++) {
      nodes.push_back({message_.nodes[index].count, message_.nodes[index].nullCount});
    }
    std::vector<BufferBytes> buffers;
    for (size_t index = 0; index < message_.bufferCount; index++) {
      buffers.push_back({message_.buffers[index].offset, message_.buffers[index].byteCount});
    }
    const auto nodeList = builder_.CreateVectorOfStructs(nodes.data(), nodes.size());
    const auto bufferList = builder_.CreateVectorOfStructs(buffers.data(), buffers.size());
    Offset<Table> compression;
    if (message_.codec >= 0) {
      const auto table = builder_.StartTable();
      put<int8_t>(0, static_cast<int8_t>(message_.codec));
      put<int8_t>(1, 0);
      compression = end(table);
    }
    const auto table = builder_.StartTable();
    put<int64_t>(0, message_.rowCount);
    refer(1, nodeList);
    refer(2, bufferList);
    refer(3, compression);
    return end(table);
  }

  Offset<Table> dictionary() {
    const Offset<Table> data = batch();
    const auto table = builder_.StartTable();
    put<int64_t>(0, message_.dictionaryIdentifier);
    refer(1, data);
    put<uint8_t>(2, message_.isDelta);
    return end(table);
  }

  Offset<Table> whole_message() {
    Offset<Table> header;
    switch (message_.kind) {
      case COLONNADE_ARROW_MESSAGE_SCHEMA: header = schema(); break;
      case COLONNADE_ARROW_MESSAGE_DICTIONARY: header = dictionary(); break;
      default: header = batch(); break;
    }
    const auto table = builder_.StartTable();
    put<int16_t>(0, static_cast<int16_t>(message_.version));
    put<uint8_t>(1, static_cast<uint8_t>(message_.kind));
    refer(2, header);
    put<int64_t>(3, message_.bodyByteCount);
    return end(table);
  }

  Offset<Vector<const BlockBytes *>> blocks(const colonnade_arrow_block *list, size_t count) {
    std::vector<BlockBytes> copied;
    for (size_t index = 0; index < count; index++) {
      copied.push_back(
          {list[index].offset, list[index].metadataByteCount, 0, list[index].bodyByteCount});
    }
    return builder_.CreateVectorOfStructs(copied.data(), copied.size());
  }

  Offset<Table> footer() {
    const Offset<Table> header = schema();
    const auto dictionaries = blocks(message_.dictionaries, message_.dictionaryBlockCount);
    const auto batches = blocks(message_.batches, message_.batchBlockCount);
    const auto table = builder_.StartTable();
    put<int16_t>(0, static_cast<int16_t>(message_.version));
    refer(1, header);
    refer(2, dictionaries);
    refer(3, batches);
    return end(table);
  }
};

}  // namespace

extern "C" {

uint8_t *colonnade_arrow_write(const colonnade_arrow_message *message, size_t *count) {
  // The builder's offsets reach 2 GiB: lists that could pass it are not tried.
  const size_t most = size_t{1} << 24;
  if (message->fieldCount > most || message->nodeCount > most || message->bufferCount > most ||
      message->dictionaryBlockCount > most || message->batchBlockCount > most) {
    return nullptr;
  }
  size_t textCount = 0;
  for (size_t index = 0; index < message->fieldCount; index++) {
    textCount += message->fields[index].name.count + message->fields[index].zone.count;
  }
  for (size_t index = 0; index < message->entryCount; index++) {
    textCount += message->entries[index].key.count + message->entries[index].value.count;
  }
  if (textCount > size_t{256} << 20 || message->entryCount > most) return nullptr;
  try {
    MessageWriter writer(*message);
    const FlatBufferBuilder &builder = writer.write();
    auto *const bytes = static_cast<uint8_t *>(std::malloc(builder.GetSize()));
    if (bytes == nullptr) return nullptr;
    std::memcpy(bytes, builder.GetBufferPointer(), builder.GetSize());
    *count = builder.GetSize();
    return bytes;
  } catch (const std::bad_alloc &) {
    return nullptr;
  }
}

void colonnade_arrow_free_bytes(uint8_t *bytes) { std::free(bytes); }

}  // extern "C"
