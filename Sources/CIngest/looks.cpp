// What a column of fields looks like, as strict as the parsers: a type is only ever proposed where
// every field seen parses as that type without losing anything.

#include "numbers.h"

using namespace colonnade;

namespace {

struct Looks {
  uint32_t seen = 0, integerDigits = 0, fractionDigits = 0, secondDigits = 0;
};

bool equalsIgnoringCase(const char *at, const char *lower, size_t length) {
  for (size_t index = 0; index < length; index++)
    if ((at[index] | 0x20) != lower[index]) return false;
  return true;
}

uint32_t lookWord(const char *at, const char *end) {
  const size_t length = (size_t)(end - at);
  if (length == 4 && equalsIgnoringCase(at, "true", 4)) return COLONNADE_SEEN_BOOL;
  if (length == 5 && equalsIgnoringCase(at, "false", 5)) return COLONNADE_SEEN_BOOL;
  if (at < end && *at == '-') at++;
  const size_t rest = (size_t)(end - at);
  if ((rest == 3 && (equalsIgnoringCase(at, "nan", 3) || equalsIgnoringCase(at, "inf", 3))) ||
      (rest == 8 && equalsIgnoringCase(at, "infinity", 8)))
    return COLONNADE_SEEN_SPECIAL;
  return COLONNADE_SEEN_TEXT;
}

// A run of digits: how an integer looks.
COLONNADE_INLINE uint32_t lookInteger(
    const char *digits, const char *end, bool negative, Looks &looks) {
  const uint32_t count = (uint32_t)(end - digits);
  if (*digits == '0' && (count > 1 || negative)) {
    // Leading zeros carry meaning; minus zero is a float.
    return count > 1 ? COLONNADE_SEEN_TEXT : COLONNADE_SEEN_FLOAT;
  }
  if (count > looks.integerDigits) looks.integerDigits = count;
  uint32_t seen = negative ? COLONNADE_SEEN_NEGATIVE : 0;
  if (count < 16) return seen | COLONNADE_SEEN_INT64;
  uint64_t magnitude;
  if (!parseDigits(digits, end, magnitude))
    return count <= 38 ? COLONNADE_SEEN_BIG | COLONNADE_SEEN_INEXACT : COLONNADE_SEEN_TEXT;
  // Two to the 64th is no uint64 again: the conversion back is only defined below it.
  const double nearest = (double)magnitude;
  if (nearest >= 18446744073709551616.0 || (uint64_t)nearest != magnitude)
    seen |= COLONNADE_SEEN_INEXACT;
  if (magnitude <= (uint64_t)INT64_MAX + (negative ? 1 : 0)) return seen | COLONNADE_SEEN_INT64;
  return seen | (negative ? COLONNADE_SEEN_BIG : COLONNADE_SEEN_UINT64);
}

COLONNADE_INLINE uint32_t look(const char *at, const char *end, Looks &looks) {
  if (at == end) return COLONNADE_SEEN_TEXT;
  const char *const start = at;
  const bool negative = *at == '-';
  if (negative) at++;
  const char *const digits = at;
  while (at < end && isDigit(*at)) at++;
  if (at == end) {
    if (at == digits) return COLONNADE_SEEN_TEXT;
    return lookInteger(digits, end, negative, looks);
  }
  if (*at == '.') {
    const uint32_t whole = (uint32_t)(at - digits);
    if (whole > 1 && *digits == '0') return COLONNADE_SEEN_TEXT;
    const char *const fraction = ++at;
    while (at < end && isDigit(*at)) at++;
    const uint32_t count = (uint32_t)(at - fraction);
    if (whole + count == 0) return COLONNADE_SEEN_TEXT;
    if (at == end) {
      if (whole > looks.integerDigits) looks.integerDigits = whole;
      if (count > looks.fractionDigits) looks.fractionDigits = count;
      // Within these digits nothing overflows or underflows.
      double value;
      if (whole + count > 300 && !parseDouble(start, end, value)) return COLONNADE_SEEN_TEXT;
      return COLONNADE_SEEN_FLOAT;
    }
  } else if (at - digits == 4 && *at == '-' && !negative) {
    Moment moment;
    if (!parseMoment(start, end, moment)) return COLONNADE_SEEN_TEXT;
    if (!moment.hasClock) return COLONNADE_SEEN_DATE;
    if ((uint32_t)moment.digits > looks.secondDigits) looks.secondDigits = (uint32_t)moment.digits;
    // Whole seconds that nanoseconds in 64 bits reach on both sides.
    const bool isFar = moment.seconds > 9223372035 || moment.seconds < -9223372035;
    return (moment.hasZone ? COLONNADE_SEEN_INSTANT : COLONNADE_SEEN_TIMESTAMP) |
           (isFar ? COLONNADE_SEEN_FAR : 0);
  } else if (at - digits == 2 && *at == ':' && !negative) {
    Clock clock;
    at = start;
    if (!parseClock(at, end, clock) || at != end) return COLONNADE_SEEN_TEXT;
    if ((uint32_t)clock.digits > looks.secondDigits) looks.secondDigits = (uint32_t)clock.digits;
    return COLONNADE_SEEN_TIME;
  }
  if (at > digits && (*at == 'e' || *at == 'E')) {
    if (*digits == '0' && at - digits > 1 && isDigit(digits[1])) return COLONNADE_SEEN_TEXT;
    double value;
    if (!parseDouble(start, end, value)) return COLONNADE_SEEN_TEXT;
    return COLONNADE_SEEN_FLOAT | COLONNADE_SEEN_EXPONENT;
  }
  return lookWord(start, end);
}

bool isBlank(char byte) { return byte == ' ' || byte == '\t'; }

}  // namespace

namespace {

// Looks at the fields of which `isPlain(start, length)` is false.
template <class IsPlain>
COLONNADE_INLINE void lookAtAll(
    const colonnade_cells *cells, colonnade_looks *into, IsPlain isPlain) {
  Looks looks;
  const char *const text = cells->text;
  const colonnade_csv_field *field = cells->fields;
  const colonnade_null_text *const nulls = cells->nulls;
  const bool onlyEmpty = cells->nullTextCount == 1 && nulls[0].length == 0;
  for (size_t row = 0; row < cells->rowCount; row++, field += cells->stride) {
    // Quotes and escapes make the length a large one.
    if (isPlain(text + field->start, field->length)) continue;
    bool isNull = onlyEmpty && field->length == 0;
    for (size_t index = 0; !onlyEmpty && !isNull && index < cells->nullTextCount; index++)
      isNull = field->length == nulls[index].length &&
               memcmp(text + field->start, nulls[index].text, field->length) == 0;
    if (isNull) {
      looks.seen |= COLONNADE_SEEN_NULL;
      continue;
    }
    // Once a column is text it stays text.
    if ((into->seen | looks.seen) & COLONNADE_SEEN_TEXT) continue;
    const char *at = text + field->start;
    const char *end = at + (field->length & COLONNADE_CSV_LENGTH);
    while (at < end && isBlank(*at)) at++;
    while (at < end && isBlank(end[-1])) end--;
    looks.seen |= look(at, end, looks);
  }
  into->seen |= looks.seen;
  if (looks.integerDigits > into->integerDigits) into->integerDigits = looks.integerDigits;
  if (looks.fractionDigits > into->fractionDigits) into->fractionDigits = looks.fractionDigits;
  if (looks.secondDigits > into->secondDigits) into->secondDigits = looks.secondDigits;
}

// Whether a number of so few digits starts as all canonical ones do: float64 holds it if it is an
// integer, and no zero leads.
COLONNADE_INLINE bool isPlainNumber(const char *at, uint32_t length) {
  if (length - 1 >= 15) return false;
  return (uint8_t)(*at - '1') < 9 || (*at == '-' && length > 1 && (uint8_t)(at[1] - '1') < 9);
}

}  // namespace

extern "C" void colonnade_cells_look(const colonnade_cells *cells, colonnade_looks *into) {
  lookAtAll(cells, into, [](const char *, uint32_t) { return false; });
}

extern "C" void colonnade_cells_look_again(
    const colonnade_cells *cells, colonnade_cell_kind kind, colonnade_looks *into) {
  switch (kind) {
    case COLONNADE_CELL_INT64:
      return lookAtAll(cells, into, [](const char *at, uint32_t length) {
        return isPlainNumber(at, length) || (length == 1 && *at == '0');
      });
    case COLONNADE_CELL_FLOAT64:
      return lookAtAll(cells, into, [](const char *at, uint32_t length) {
        return isPlainNumber(at, length) || (length - 2 < 14 && at[0] == '0' && at[1] == '.');
      });
    case COLONNADE_CELL_DATE:
      return lookAtAll(cells, into, [](const char *at, uint32_t length) {
        return length == 10 && isDigit(*at);
      });
    default: return colonnade_cells_look(cells, into);
  }
}
