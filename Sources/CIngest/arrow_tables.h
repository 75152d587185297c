// The tables of Arrow's messages and footers, verified and read. Field numbers are those of the
// specification's Message, Schema and File; nothing of a table is used before `Verify` held.
#ifndef COLONNADE_ARROW_TABLES_H
#define COLONNADE_ARROW_TABLES_H

#include <flatbuffers/flatbuffers.h>

#include <cstring>
#include <vector>

#include "colonnade_arrow.h"

namespace colonnade_arrow_tables {

using flatbuffers::Offset;
using flatbuffers::String;
using flatbuffers::Table;
using flatbuffers::Vector;
using flatbuffers::Verifier;
using flatbuffers::voffset_t;

/// Where field `number` stands in a table's list of fields.
constexpr voffset_t at(int number) { return static_cast<voffset_t>(4 + 2 * number); }

template <typename T>
bool holds_scalar(const Table &table, Verifier &verifier, int number) {
  return table.VerifyField<T>(verifier, at(number), sizeof(T));
}

inline bool holds_text(const Table &table, Verifier &verifier, int number) {
  return table.VerifyOffset(verifier, at(number)) &&
         verifier.VerifyString(table.GetPointer<const String *>(at(number)));
}

template <typename T>
bool holds_table(const Table &table, Verifier &verifier, int number) {
  return table.VerifyOffset(verifier, at(number)) &&
         verifier.VerifyTable(table.GetPointer<const T *>(at(number)));
}

template <typename T>
bool holds_tables(const Table &table, Verifier &verifier, int number) {
  if (!table.VerifyOffset(verifier, at(number))) return false;
  const auto *vector = table.GetPointer<const Vector<Offset<T>> *>(at(number));
  return verifier.VerifyVector(vector) && verifier.VerifyVectorOfTables(vector);
}

template <typename T>
bool holds_values(const Table &table, Verifier &verifier, int number) {
  return table.VerifyOffset(verifier, at(number)) &&
         verifier.VerifyVector(table.GetPointer<const Vector<T> *>(at(number)));
}

/// The structures or numbers of a vector, which need not be aligned.
template <typename T, typename E>
void copy(const Vector<E> *vector, std::vector<T> *values) {
  if (vector == nullptr || vector->size() == 0) return;
  values->resize(vector->size());
  std::memcpy(values->data(), vector->Data(), vector->size() * sizeof(T));
}

/// Structures of a vector as the format lays them down.
struct NodeBytes {
  int64_t count;
  int64_t nullCount;
};
struct BufferBytes {
  int64_t offset;
  int64_t byteCount;
};
struct BlockBytes {
  int64_t offset;
  int32_t metadataByteCount;
  int32_t padding;
  int64_t bodyByteCount;
};

struct KeyValue : private Table {
  const String *key() const { return GetPointer<const String *>(at(0)); }
  const String *value() const { return GetPointer<const String *>(at(1)); }
  bool Verify(Verifier &verifier) const {
    return VerifyTableStart(verifier) && holds_text(*this, verifier, 0) &&
           holds_text(*this, verifier, 1) && verifier.EndTable();
  }
};

/// The table of any type: which fields it has depends on the type's number, and none has more than
/// three small ones.
struct TypeTable : private Table {
  template <typename T>
  T scalar(int number, T otherwise) const {
    return GetField<T>(at(number), otherwise);
  }
  const String *text(int number) const { return GetPointer<const String *>(at(number)); }
  bool verify(Verifier &verifier, uint8_t type) const {
    if (!VerifyTableStart(verifier)) return false;
    bool holds = true;
    switch (type) {
      case COLONNADE_ARROW_INT:
        holds = holds_scalar<int32_t>(*this, verifier, 0) &&
                holds_scalar<uint8_t>(*this, verifier, 1);
        break;
      case COLONNADE_ARROW_FLOAT:
      case COLONNADE_ARROW_DATE:
      case COLONNADE_ARROW_DURATION:
      case COLONNADE_ARROW_INTERVAL:
      case COLONNADE_ARROW_UNION: holds = holds_scalar<int16_t>(*this, verifier, 0); break;
      case COLONNADE_ARROW_DECIMAL:
        holds = holds_scalar<int32_t>(*this, verifier, 0) &&
                holds_scalar<int32_t>(*this, verifier, 1) &&
                holds_scalar<int32_t>(*this, verifier, 2);
        break;
      case COLONNADE_ARROW_TIME:
        holds = holds_scalar<int16_t>(*this, verifier, 0) &&
                holds_scalar<int32_t>(*this, verifier, 1);
        break;
      case COLONNADE_ARROW_TIMESTAMP:
        holds = holds_scalar<int16_t>(*this, verifier, 0) && holds_text(*this, verifier, 1);
        break;
      case COLONNADE_ARROW_FIXED_BINARY:
      case COLONNADE_ARROW_FIXED_LIST: holds = holds_scalar<int32_t>(*this, verifier, 0); break;
      case COLONNADE_ARROW_MAP: holds = holds_scalar<uint8_t>(*this, verifier, 0); break;
      default: break;
    }
    return holds && verifier.EndTable();
  }
  /// As the type of a dictionary's indices.
  bool Verify(Verifier &verifier) const { return verify(verifier, COLONNADE_ARROW_INT); }
};

struct DictionaryEncoding : private Table {
  int64_t identifier() const { return GetField<int64_t>(at(0), 0); }
  const TypeTable *index() const { return GetPointer<const TypeTable *>(at(1)); }
  bool is_ordered() const { return GetField<uint8_t>(at(2), 0) != 0; }
  bool Verify(Verifier &verifier) const {
    return VerifyTableStart(verifier) && holds_scalar<int64_t>(*this, verifier, 0) &&
           holds_table<TypeTable>(*this, verifier, 1) &&
           holds_scalar<uint8_t>(*this, verifier, 2) && verifier.EndTable();
  }
};

struct FieldTable : private Table {
  const String *name() const { return GetPointer<const String *>(at(0)); }
  bool is_nullable() const { return GetField<uint8_t>(at(1), 0) != 0; }
  uint8_t type_number() const { return GetField<uint8_t>(at(2), 0); }
  const TypeTable *type() const { return GetPointer<const TypeTable *>(at(3)); }
  const DictionaryEncoding *dictionary() const {
    return GetPointer<const DictionaryEncoding *>(at(4));
  }
  const Vector<Offset<FieldTable>> *children() const {
    return GetPointer<const Vector<Offset<FieldTable>> *>(at(5));
  }
  const Vector<Offset<KeyValue>> *metadata() const {
    return GetPointer<const Vector<Offset<KeyValue>> *>(at(6));
  }
  bool Verify(Verifier &verifier) const {
    if (!VerifyTableStart(verifier) || !holds_text(*this, verifier, 0) ||
        !holds_scalar<uint8_t>(*this, verifier, 1) ||
        !holds_scalar<uint8_t>(*this, verifier, 2) || !VerifyOffset(verifier, at(3))) {
      return false;
    }
    if (type() != nullptr && !type()->verify(verifier, type_number())) return false;
    return holds_table<DictionaryEncoding>(*this, verifier, 4) &&
           holds_tables<FieldTable>(*this, verifier, 5) &&
           holds_tables<KeyValue>(*this, verifier, 6) && verifier.EndTable();
  }
};

struct SchemaTable : private Table {
  bool is_big_endian() const { return GetField<int16_t>(at(0), 0) != 0; }
  const Vector<Offset<FieldTable>> *fields() const {
    return GetPointer<const Vector<Offset<FieldTable>> *>(at(1));
  }
  const Vector<Offset<KeyValue>> *metadata() const {
    return GetPointer<const Vector<Offset<KeyValue>> *>(at(2));
  }
  bool Verify(Verifier &verifier) const {
    return VerifyTableStart(verifier) && holds_scalar<int16_t>(*this, verifier, 0) &&
           holds_tables<FieldTable>(*this, verifier, 1) &&
           holds_tables<KeyValue>(*this, verifier, 2) && verifier.EndTable();
  }
};

struct Compression : private Table {
  int8_t codec() const { return GetField<int8_t>(at(0), 0); }
  int8_t method() const { return GetField<int8_t>(at(1), 0); }
  bool Verify(Verifier &verifier) const {
    return VerifyTableStart(verifier) && holds_scalar<int8_t>(*this, verifier, 0) &&
           holds_scalar<int8_t>(*this, verifier, 1) && verifier.EndTable();
  }
};

struct BatchTable : private Table {
  int64_t row_count() const { return GetField<int64_t>(at(0), 0); }
  const Vector<const NodeBytes *> *nodes() const {
    return GetPointer<const Vector<const NodeBytes *> *>(at(1));
  }
  const Vector<const BufferBytes *> *buffers() const {
    return GetPointer<const Vector<const BufferBytes *> *>(at(2));
  }
  const Compression *compression() const { return GetPointer<const Compression *>(at(3)); }
  const Vector<int64_t> *variadic_counts() const {
    return GetPointer<const Vector<int64_t> *>(at(4));
  }
  bool Verify(Verifier &verifier) const {
    return VerifyTableStart(verifier) && holds_scalar<int64_t>(*this, verifier, 0) &&
           holds_values<const NodeBytes *>(*this, verifier, 1) &&
           holds_values<const BufferBytes *>(*this, verifier, 2) &&
           holds_table<Compression>(*this, verifier, 3) &&
           holds_values<int64_t>(*this, verifier, 4) && verifier.EndTable();
  }
};

struct DictionaryTable : private Table {
  int64_t identifier() const { return GetField<int64_t>(at(0), 0); }
  const BatchTable *data() const { return GetPointer<const BatchTable *>(at(1)); }
  bool is_delta() const { return GetField<uint8_t>(at(2), 0) != 0; }
  bool Verify(Verifier &verifier) const {
    return VerifyTableStart(verifier) && holds_scalar<int64_t>(*this, verifier, 0) &&
           holds_table<BatchTable>(*this, verifier, 1) &&
           holds_scalar<uint8_t>(*this, verifier, 2) && verifier.EndTable();
  }
};

struct MessageTable : private Table {
  int16_t version() const { return GetField<int16_t>(at(0), 0); }
  uint8_t kind() const { return GetField<uint8_t>(at(1), 0); }
  template <typename T>
  const T *header() const {
    return GetPointer<const T *>(at(2));
  }
  int64_t body_byte_count() const { return GetField<int64_t>(at(3), 0); }
  bool Verify(Verifier &verifier) const {
    if (!VerifyTableStart(verifier) || !holds_scalar<int16_t>(*this, verifier, 0) ||
        !holds_scalar<uint8_t>(*this, verifier, 1) || !VerifyOffset(verifier, at(2)) ||
        !holds_scalar<int64_t>(*this, verifier, 3) ||
        !holds_tables<KeyValue>(*this, verifier, 4)) {
      return false;
    }
    bool holds = true;
    switch (kind()) {
      case COLONNADE_ARROW_MESSAGE_SCHEMA:
        holds = header<void>() != nullptr && verifier.VerifyTable(header<SchemaTable>());
        break;
      case COLONNADE_ARROW_MESSAGE_DICTIONARY:
        holds = header<void>() != nullptr && verifier.VerifyTable(header<DictionaryTable>()) &&
                header<DictionaryTable>()->data() != nullptr;
        break;
      case COLONNADE_ARROW_MESSAGE_BATCH:
        holds = header<void>() != nullptr && verifier.VerifyTable(header<BatchTable>());
        break;
      default: break;
    }
    return holds && verifier.EndTable();
  }
};

struct FooterTable : private Table {
  int16_t version() const { return GetField<int16_t>(at(0), 0); }
  const SchemaTable *schema() const { return GetPointer<const SchemaTable *>(at(1)); }
  const Vector<const BlockBytes *> *dictionaries() const {
    return GetPointer<const Vector<const BlockBytes *> *>(at(2));
  }
  const Vector<const BlockBytes *> *batches() const {
    return GetPointer<const Vector<const BlockBytes *> *>(at(3));
  }
  bool Verify(Verifier &verifier) const {
    return VerifyTableStart(verifier) && holds_scalar<int16_t>(*this, verifier, 0) &&
           holds_table<SchemaTable>(*this, verifier, 1) && schema() != nullptr &&
           holds_values<const BlockBytes *>(*this, verifier, 2) &&
           holds_values<const BlockBytes *>(*this, verifier, 3) && verifier.EndTable();
  }
};

}  // namespace colonnade_arrow_tables

#endif
