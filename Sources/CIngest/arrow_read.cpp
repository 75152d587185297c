// Arrow's messages and footers read from flatbuffers into plain structures. The verifier walks a
// message whole before anything of it is used.

#include <cstring>
#include <new>
#include <vector>

#include "arrow_tables.h"

namespace {

using namespace colonnade_arrow_tables;

/// A message and the arrays it points to.
struct OwnedMessage {
  colonnade_arrow_message message{};
  std::vector<colonnade_arrow_field> fields;
  std::vector<colonnade_arrow_entry> entries;
  std::vector<colonnade_arrow_node> nodes;
  std::vector<colonnade_arrow_buffer> buffers;
  std::vector<int64_t> variadicCounts;
  std::vector<colonnade_arrow_block> dictionaries;
  std::vector<colonnade_arrow_block> batches;
  /// Bytes of text that may still be named: tables may share one text, and copies of it add up.
  size_t textBudget = 0;
  bool isWithinBudget = true;

  colonnade_arrow_text text(const String *string) {
    if (string == nullptr) return {nullptr, 0};
    if (string->size() > textBudget) {
      isWithinBudget = false;
      return {nullptr, 0};
    }
    textBudget -= string->size();
    return {string->c_str(), string->size()};
  }

  void add(const Vector<Offset<KeyValue>> *metadata, size_t *start, size_t *count) {
    *start = entries.size();
    if (metadata != nullptr) {
      for (const KeyValue *entry : *metadata) {
        entries.push_back({text(entry->key()), text(entry->value())});
      }
    }
    *count = entries.size() - *start;
  }

  void add(const FieldTable &table) {
    colonnade_arrow_field field{};
    field.name = text(table.name());
    field.isNullable = table.is_nullable();
    if (const TypeTable *type = table.type()) describe(*type, table.type_number(), &field);
    if (const DictionaryEncoding *dictionary = table.dictionary()) {
      field.hasDictionary = true;
      field.isOrdered = dictionary->is_ordered();
      field.dictionaryIdentifier = dictionary->identifier();
      const TypeTable *index = dictionary->index();
      field.indexWidth = index == nullptr ? 32 : index->scalar<int32_t>(0, 0);
      field.indexIsSigned = index == nullptr || index->scalar<uint8_t>(1, 0) != 0;
    }
    const auto *children = table.children();
    field.childCount = children == nullptr ? 0 : children->size();
    add(table.metadata(), &field.metadataStart, &field.metadataCount);
    fields.push_back(field);
    if (children != nullptr) {
      for (const FieldTable *child : *children) add(*child);
    }
  }

  void describe(const TypeTable &table, uint8_t type, colonnade_arrow_field *field) {
    field->type = type;
    switch (type) {
      case COLONNADE_ARROW_INT:
        field->width = table.scalar<int32_t>(0, 0);
        field->isSigned = table.scalar<uint8_t>(1, 0) != 0;
        break;
      case COLONNADE_ARROW_FLOAT:
      case COLONNADE_ARROW_INTERVAL:
      case COLONNADE_ARROW_UNION: field->unit = table.scalar<int16_t>(0, 0); break;
      case COLONNADE_ARROW_DATE:
      case COLONNADE_ARROW_DURATION: field->unit = table.scalar<int16_t>(0, 1); break;
      case COLONNADE_ARROW_DECIMAL:
        field->precision = table.scalar<int32_t>(0, 0);
        field->scale = table.scalar<int32_t>(1, 0);
        field->width = table.scalar<int32_t>(2, 128);
        break;
      case COLONNADE_ARROW_TIME:
        field->unit = table.scalar<int16_t>(0, 1);
        field->width = table.scalar<int32_t>(1, 32);
        break;
      case COLONNADE_ARROW_TIMESTAMP:
        field->unit = table.scalar<int16_t>(0, 0);
        field->zone = text(table.text(1));
        break;
      case COLONNADE_ARROW_FIXED_BINARY:
      case COLONNADE_ARROW_FIXED_LIST: field->width = table.scalar<int32_t>(0, 0); break;
      case COLONNADE_ARROW_MAP: field->hasSortedKeys = table.scalar<uint8_t>(0, 0) != 0; break;
      default: break;
    }
  }

  void add(const SchemaTable &schema) {
    message.isBigEndian = schema.is_big_endian();
    if (const auto *columns = schema.fields()) {
      message.columnCount = columns->size();
      for (const FieldTable *field : *columns) add(*field);
    }
    add(schema.metadata(), &message.metadataStart, &message.metadataCount);
  }

  void add(const BatchTable &batch) {
    message.rowCount = batch.row_count();
    // Nodes and buffers lie as the structures here do.
    copy(batch.nodes(), &nodes);
    copy(batch.buffers(), &buffers);
    copy(batch.variadic_counts(), &variadicCounts);
    message.codec = -1;
    if (const Compression *compression = batch.compression()) {
      message.codec = compression->codec();
      message.compressionMethod = compression->method();
      // No compression has no table; a codec below 0 is one that nobody knows.
      if (message.codec < 0) message.codec = INT8_MAX;
    }
  }

  void add(const MessageTable &table) {
    message.kind = table.kind();
    message.version = table.version();
    message.bodyByteCount = table.body_byte_count();
    switch (table.kind()) {
      case COLONNADE_ARROW_MESSAGE_SCHEMA: add(*table.header<SchemaTable>()); break;
      case COLONNADE_ARROW_MESSAGE_DICTIONARY: {
        const DictionaryTable &dictionary = *table.header<DictionaryTable>();
        message.dictionaryIdentifier = dictionary.identifier();
        message.isDelta = dictionary.is_delta();
        add(*dictionary.data());
        break;
      }
      case COLONNADE_ARROW_MESSAGE_BATCH: add(*table.header<BatchTable>()); break;
      default: break;
    }
  }

  static void add(
      const Vector<const BlockBytes *> *blocks, std::vector<colonnade_arrow_block> *list) {
    std::vector<BlockBytes> copied;
    copy(blocks, &copied);
    for (const BlockBytes &block : copied) {
      list->push_back({block.offset, block.metadataByteCount, block.bodyByteCount});
    }
  }

  void add(const FooterTable &footer) {
    message.kind = COLONNADE_ARROW_FOOTER;
    message.version = footer.version();
    add(*footer.schema());
    add(footer.dictionaries(), &dictionaries);
    add(footer.batches(), &batches);
  }

  void point() {
    message.fields = fields.data();
    message.fieldCount = fields.size();
    message.entries = entries.data();
    message.entryCount = entries.size();
    message.nodes = nodes.data();
    message.nodeCount = nodes.size();
    message.buffers = buffers.data();
    message.bufferCount = buffers.size();
    message.variadicCounts = variadicCounts.data();
    message.variadicCount = variadicCounts.size();
    message.dictionaries = dictionaries.data();
    message.dictionaryBlockCount = dictionaries.size();
    message.batches = batches.data();
    message.batchBlockCount = batches.size();
  }
};

template <typename Root>
bool read_root(const uint8_t *bytes, size_t count, OwnedMessage *owned) {
  // Offsets only go forward, so there are no cycles; but tables may be shared, and what is shared
  // is walked again each time. Real tables take more than eight bytes.
  const size_t most = count / 8 + 16;
  const auto tables = static_cast<flatbuffers::uoffset_t>(most);
  Verifier verifier(bytes, count, /*max_depth=*/128, tables);
  if (!verifier.VerifyBuffer<Root>(nullptr)) return false;
  owned->textBudget = 4 * count;
  owned->add(*flatbuffers::GetRoot<Root>(bytes));
  owned->point();
  return owned->isWithinBudget;
}

}  // namespace

extern "C" {

const colonnade_arrow_message *colonnade_arrow_read(
    const uint8_t *bytes, size_t count, bool isFooter) {
  if (count < 8 || count >= FLATBUFFERS_MAX_BUFFER_SIZE) return nullptr;
  OwnedMessage *owned = nullptr;
  try {
    owned = new OwnedMessage();
    const bool isRead = isFooter ? read_root<FooterTable>(bytes, count, owned)
                                 : read_root<MessageTable>(bytes, count, owned);
    if (isRead) return &owned->message;
  } catch (const std::bad_alloc &) {
  }
  delete owned;
  return nullptr;
}

void colonnade_arrow_free(const colonnade_arrow_message *message) {
  // The message is the first member of what owns it.
  delete reinterpret_cast<const OwnedMessage *>(message);
}

}  // extern "C"
