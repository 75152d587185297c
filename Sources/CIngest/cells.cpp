// One column of fields into one column of values; the kind is chosen once per block.

#include "numbers.h"

using namespace colonnade;

namespace {

struct Cell {
  const char *start;
  const char *end;
};

COLONNADE_INLINE bool isBlank(char byte) { return byte == ' ' || byte == '\t'; }

// The field without blanks around it: no number or time has any.
COLONNADE_INLINE Cell trimmed(const char *text, colonnade_csv_field field) {
  Cell cell = {text + field.start, text + field.start + (field.length & COLONNADE_CSV_LENGTH)};
  while (cell.start < cell.end && isBlank(*cell.start)) cell.start++;
  while (cell.start < cell.end && isBlank(cell.end[-1])) cell.end--;
  return cell;
}

// Null texts of a block, the usual one (nothing at all) told apart once.
struct Nulls {
  const colonnade_null_text *texts;
  size_t count;
  bool onlyEmpty;

  explicit Nulls(const colonnade_cells *cells)
      : texts(cells->nulls), count(cells->nullTextCount),
        onlyEmpty(cells->nullTextCount == 1 && cells->nulls[0].length == 0) {}

  COLONNADE_INLINE bool matches(const Nulls &nulls, const char *text, colonnade_csv_field field) {
    if (nulls.onlyEmpty) return field.length == 0;
    for (size_t index = 0; index < nulls.count; index++) {
      // Flags in `length` keep quoted fields from ever being equal.
      if (field.length == nulls.texts[index].length &&
          memcmp(text + field.start, nulls.texts[index].text, field.length) == 0)
        return true;
    }
    return false;
  }
};

COLONNADE_INLINE void setBit(uint8_t *bits, size_t index) {
  bits[index >> 3] |= (uint8_t)(1u << (index & 7));
}

COLONNADE_INLINE void misfit(colonnade_cells *cells, size_t row) {
  cells->badCount++;
  if (cells->badColumns[row] == 0) cells->badColumns[row] = cells->column + 1;
}

// The loop over a block; `parse(start, end, value)` is the kind's own part.
template <class Value, class Parse>
COLONNADE_INLINE void parseAll(colonnade_cells *cells, Value *values, Parse parse) {
  const Nulls nulls(cells);
  const char *const text = cells->text;
  const colonnade_csv_field *field = cells->fields;
  const size_t stride = cells->stride, count = cells->rowCount;
  size_t nullCount = 0;
  for (size_t row = 0; row < count; row++, field += stride) {
    Value value = 0;
    if (Nulls::matches(nulls, text, *field)) {
      nullCount++;
      if (!cells->isNullable) misfit(cells, row);
    } else {
      const Cell cell = trimmed(text, *field);
      if (__builtin_expect(parse(cell.start, cell.end, value), 1)) {
        setBit(cells->validity, cells->firstRow + row);
      } else {
        value = 0;
        misfit(cells, row);
      }
    }
    values[row] = value;
  }
  cells->nullCount += nullCount;
}

template <class Integer>
COLONNADE_INLINE bool parseInteger(const char *at, const char *end, Integer &value) {
  if constexpr (std::is_signed_v<Integer>) {
    int64_t wide;
    if (!parseSigned(
            at, end, std::numeric_limits<Integer>::min(), std::numeric_limits<Integer>::max(),
            wide))
      return false;
    value = (Integer)wide;
  } else {
    uint64_t wide;
    if (!parseUnsigned(at, end, std::numeric_limits<Integer>::max(), wide)) return false;
    value = (Integer)wide;
  }
  return true;
}

// The same where 17 bytes can be read from `at` on.
template <class Integer>
COLONNADE_INLINE bool parsePaddedInteger(const char *at, const char *end, Integer &value) {
  const bool negative = std::is_signed_v<Integer> && *at == '-';
  const size_t count = (size_t)(end - at) - negative;
  uint64_t magnitude;
  if (__builtin_expect(count - 1 >= 16 || !parseFewDigits(at + negative, count, magnitude), 0))
    return parseInteger(at, end, value);
  // So few digits are within 64 bits with a sign.
  const int64_t wide = negative ? -(int64_t)magnitude : (int64_t)magnitude;
  value = (Integer)wide;
  return (int64_t)value == wide;
}

COLONNADE_INLINE bool parseDay(const char *at, const char *end, int32_t &value) {
  int64_t days;
  if (end - at == 10 && *at != '-' && *at != '+') {
    if (!parseDate(at, days)) return false;
  } else {
    if (at == end || (*at != '-' && *at != '+')) return false;
    if (!parseSignedDate(at, end, days) || at != end) return false;
  }
  value = (int32_t)days;
  return value == days;
}

COLONNADE_INLINE bool parseTime(
    const char *at, const char *end, int64_t ticksPerSecond, int64_t &value) {
  Clock clock;
  return parseClock(at, end, clock) && at == end &&
         ticks(clock.seconds, clock.nanoseconds, ticksPerSecond, value);
}

COLONNADE_INLINE bool parseTimestamp(
    const char *at, const char *end, int64_t ticksPerSecond, bool zoned, int64_t &value) {
  Moment moment;
  return parseMoment(at, end, moment) && moment.hasZone == zoned &&
         ticks(moment.seconds, moment.nanoseconds, ticksPerSecond, value);
}

COLONNADE_INLINE bool equalsIgnoringCase(const char *at, const char *lower, size_t length) {
  for (size_t index = 0; index < length; index++)
    if ((at[index] | 0x20) != lower[index]) return false;
  return true;
}

// true, false in any case; where a schema asks for booleans also t, f, 1, 0, yes, no.
COLONNADE_INLINE bool parseBool(const char *at, const char *end, bool lenient, bool &value) {
  const size_t length = (size_t)(end - at);
  if (length == 4 && equalsIgnoringCase(at, "true", 4)) return value = true, true;
  if (length == 5 && equalsIgnoringCase(at, "false", 5)) return value = false, true;
  if (!lenient) return false;
  if (length == 1) {
    if (*at == '1' || (*at | 0x20) == 't') return value = true, true;
    if (*at == '0' || (*at | 0x20) == 'f') return value = false, true;
  }
  if (length == 3 && equalsIgnoringCase(at, "yes", 3)) return value = true, true;
  if (length == 2 && equalsIgnoringCase(at, "no", 2)) return value = false, true;
  return false;
}

// Calls `use(parse, typed)` with the parser of the kind.
template <class Use>
COLONNADE_INLINE void withParser(const colonnade_cell_type *type, void *values, Use use) {
  const int64_t perSecond = type->ticksPerSecond;
  const int precision = type->precision, scale = type->scale;
  switch (type->kind) {
    case COLONNADE_CELL_INT8: return use(parseInteger<int8_t>, (int8_t *)values);
    case COLONNADE_CELL_INT16: return use(parseInteger<int16_t>, (int16_t *)values);
    case COLONNADE_CELL_INT32: return use(parseInteger<int32_t>, (int32_t *)values);
    case COLONNADE_CELL_INT64: return use(parseInteger<int64_t>, (int64_t *)values);
    case COLONNADE_CELL_UINT8: return use(parseInteger<uint8_t>, (uint8_t *)values);
    case COLONNADE_CELL_UINT16: return use(parseInteger<uint16_t>, (uint16_t *)values);
    case COLONNADE_CELL_UINT32: return use(parseInteger<uint32_t>, (uint32_t *)values);
    case COLONNADE_CELL_UINT64: return use(parseInteger<uint64_t>, (uint64_t *)values);
    case COLONNADE_CELL_FLOAT32: return use(parseFloatSlow<float>, (float *)values);
    case COLONNADE_CELL_FLOAT64: return use(parseDouble, (double *)values);
    case COLONNADE_CELL_DATE:
      // Not the function itself: its type is that of parsing integers, so that neither were inlined.
      return use(
          [](const char *at, const char *end, int32_t &value) { return parseDay(at, end, value); },
          (int32_t *)values);
    case COLONNADE_CELL_TIME:
      if (perSecond <= 1000) {
        return use(
            [=](const char *at, const char *end, int32_t &value) {
              int64_t wide = 0;
              const bool fits = parseTime(at, end, perSecond, wide);
              value = (int32_t)wide;
              return fits;
            },
            (int32_t *)values);
      }
      return use(
          [=](const char *at, const char *end, int64_t &value) {
            return parseTime(at, end, perSecond, value);
          },
          (int64_t *)values);
    case COLONNADE_CELL_TIMESTAMP:
    case COLONNADE_CELL_INSTANT: {
      const bool zoned = type->kind == COLONNADE_CELL_INSTANT;
      return use(
          [=](const char *at, const char *end, int64_t &value) {
            return parseTimestamp(at, end, perSecond, zoned, value);
          },
          (int64_t *)values);
    }
    case COLONNADE_CELL_DURATION:
      return use(
          [=](const char *at, const char *end, int64_t &value) {
            return parseInteger<int64_t>(at, end, value) ||
                   parseDuration(at, end, perSecond, value);
          },
          (int64_t *)values);
    case COLONNADE_CELL_DECIMAL64:
      return use(
          [=](const char *at, const char *end, int64_t &value) {
            __int128 wide = 0;
            const bool fits = parseDecimal(at, end, precision, scale, wide);
            value = (int64_t)wide;
            return fits;
          },
          (int64_t *)values);
    case COLONNADE_CELL_DECIMAL128:
      return use(
          [=](const char *at, const char *end, __int128 &value) {
            return parseDecimal(at, end, precision, scale, value);
          },
          (__int128 *)values);
  }
}

}  // namespace

extern "C" {

void colonnade_cells_parse(colonnade_cells *cells, const colonnade_cell_type *type, void *values) {
  // Texts are padded, so that the usual kinds need not look at every byte.
  switch (type->kind) {
    case COLONNADE_CELL_INT32:
      return parseAll(cells, (int32_t *)values, [](const char *at, const char *end, int32_t &value) {
        return parsePaddedInteger(at, end, value);
      });
    case COLONNADE_CELL_INT64:
      return parseAll(cells, (int64_t *)values, [](const char *at, const char *end, int64_t &value) {
        return parsePaddedInteger(at, end, value);
      });
    case COLONNADE_CELL_FLOAT64:
      return parseAll(cells, (double *)values, [](const char *at, const char *end, double &value) {
        return parsePaddedDouble(at, end, value);
      });
    default: break;
  }
  withParser(type, values, [&](auto parse, auto typed) { parseAll(cells, typed, parse); });
}

bool colonnade_cell_parse_one(
    const colonnade_cell_type *type, const char *text, size_t length, void *value) {
  bool fits = false;
  withParser(type, value, [&](auto parse, auto typed) {
    auto parsed = *typed;
    fits = parse(text, text + length, parsed);
    if (fits) *typed = parsed;
  });
  return fits;
}

void colonnade_cells_parse_bool(colonnade_cells *cells, uint8_t *bits) {
  const Nulls nulls(cells);
  const colonnade_csv_field *field = cells->fields;
  for (size_t row = 0; row < cells->rowCount; row++, field += cells->stride) {
    if (Nulls::matches(nulls, cells->text, *field)) {
      cells->nullCount++;
      if (!cells->isNullable) misfit(cells, row);
      continue;
    }
    const Cell cell = trimmed(cells->text, *field);
    bool value;
    if (parseBool(cell.start, cell.end, true, value)) {
      setBit(cells->validity, cells->firstRow + row);
      if (value) setBit(bits, cells->firstRow + row);
    } else {
      misfit(cells, row);
    }
  }
}

size_t colonnade_cells_long_bytes(const colonnade_cells *cells) {
  size_t total = 0;
  const colonnade_csv_field *field = cells->fields;
  for (size_t row = 0; row < cells->rowCount; row++, field += cells->stride) {
    const size_t length = field->length & COLONNADE_CSV_LENGTH;
    total += length > 12 ? length : 0;
  }
  return total;
}

size_t colonnade_cells_unescape(
    const char *text, size_t length, uint8_t quote, uint8_t escape, char *target) {
  size_t written = 0;
  for (size_t index = 0; index < length; index++) {
    const bool escapes = (uint8_t)text[index] == escape && index + 1 < length &&
                         (escape != quote || (uint8_t)text[index + 1] == quote);
    if (escapes) index++;
    target[written++] = text[index];
  }
  return written;
}

size_t colonnade_cells_parse_text(
    colonnade_cells *cells, uint8_t quote, uint8_t escape, void *views, uint8_t *data,
    size_t dataOffset) {
  const Nulls nulls(cells);
  const char *const text = cells->text;
  const colonnade_csv_field *field = cells->fields;
  uint64_t *view = (uint64_t *)views;
  size_t nullCount = 0;
  for (size_t row = 0; row < cells->rowCount; row++, field += cells->stride, view += 2) {
    view[0] = view[1] = 0;
    if (Nulls::matches(nulls, text, *field)) {
      nullCount++;
      if (!cells->isNullable) misfit(cells, row);
      continue;
    }
    setBit(cells->validity, cells->firstRow + row);
    size_t length = field->length & COLONNADE_CSV_LENGTH;
    const char *bytes = text + field->start;
    if (__builtin_expect((field->length & COLONNADE_CSV_ESCAPED) != 0, 0)) {
      if (length > 12) {
        // The room was counted with the escapes; a value that becomes short gives it back.
        char *const target = (char *)data + dataOffset;
        length = colonnade_cells_unescape(bytes, length, quote, escape, target);
        bytes = target;
      } else {
        char plain[12];
        length = colonnade_cells_unescape(bytes, length, quote, escape, plain);
        memcpy((char *)view + 4, plain, length);
        *(uint32_t *)view = (uint32_t)length;
        continue;
      }
    }
    uint32_t *const words = (uint32_t *)view;
    words[0] = (uint32_t)length;
    if (length <= 12) {
      // Texts are padded, so that twelve bytes can always be read.
      uint64_t low;
      uint32_t high;
      memcpy(&low, bytes, 8);
      memcpy(&high, bytes + 8, 4);
      if (length <= 8) {
        high = 0;
        low = length == 0 ? 0 : low & (~0ull >> (64 - 8 * length));
      } else {
        high = length == 12 ? high : high & ((1u << (8 * (length - 8))) - 1);
      }
      memcpy(words + 1, &low, 8);
      memcpy(words + 3, &high, 4);
    } else {
      memmove(data + dataOffset, bytes, length);
      memcpy(words + 1, bytes, 4);
      words[2] = 0;
      words[3] = (uint32_t)dataOffset;
      dataOffset += length;
    }
  }
  cells->nullCount += nullCount;
  return dataOffset;
}

}  // extern "C"
