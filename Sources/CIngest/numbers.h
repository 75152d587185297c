// Numbers and times as text: strict, whole texts only, exact or refused.
#ifndef COLONNADE_NUMBERS_H
#define COLONNADE_NUMBERS_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#include <fast_float/fast_float.h>

#include "colonnade_cells.h"

namespace colonnade {

#define COLONNADE_INLINE static inline __attribute__((always_inline))

COLONNADE_INLINE bool isDigit(char byte) { return (uint8_t)(byte - '0') < 10; }

// Digits into an unsigned number; false where there is none, another byte, or more than 64 bits.
COLONNADE_INLINE bool parseDigits(const char *at, const char *end, uint64_t &value) {
  if (at == end) return false;
  uint64_t result = 0;
  const char *const safe = end - at > 19 ? at + 19 : end;
  for (; at < safe; at++) {
    const uint8_t digit = (uint8_t)(*at - '0');
    if (digit > 9) return false;
    result = result * 10 + digit;
  }
  for (; at < end; at++) {
    const uint8_t digit = (uint8_t)(*at - '0');
    if (digit > 9) return false;
    if (__builtin_mul_overflow(result, (uint64_t)10, &result)) return false;
    if (__builtin_add_overflow(result, (uint64_t)digit, &result)) return false;
  }
  value = result;
  return true;
}

COLONNADE_INLINE bool parseSigned(
    const char *at, const char *end, int64_t low, int64_t high, int64_t &value) {
  const bool negative = at < end && *at == '-';
  if (at < end && (*at == '-' || *at == '+')) at++;
  uint64_t magnitude;
  if (!parseDigits(at, end, magnitude)) return false;
  if (negative) {
    if (magnitude > (uint64_t)1 << 63) return false;
    const int64_t result = (int64_t)(0 - magnitude);
    if (result < low) return false;
    value = result;
  } else {
    if (magnitude > (uint64_t)high) return false;
    value = (int64_t)magnitude;
  }
  return true;
}

static const uint32_t fewPowersOfTen[] = {1,      10,      100,      1000,     10000,
                                          100000, 1000000, 10000000, 100000000};

// The number that the first `count` (1 to 8) of eight bytes spell. `odd` gets a bit where one of them is
// no digit.
COLONNADE_INLINE uint64_t eightDigits(uint64_t text, unsigned count, uint64_t &odd) {
  // Zeros come before them.
  uint64_t digits = (text ^ 0x3030303030303030) << (64 - 8 * count);
  odd |= (digits | (digits + 0x7676767676767676)) & 0x8080808080808080;
  // Neighbours become pairs, pairs fours, fours the number.
  digits = digits * 10 + (digits >> 8);
  return ((digits & 0x000000FF000000FF) * 0x000F424000000064 +
          (digits >> 16 & 0x000000FF000000FF) * 0x0000271000000001) >> 32;
}

// The same as `parseDigits` of 1 to 16 digits, where sixteen bytes can be read.
COLONNADE_INLINE bool parseFewDigits(const char *at, size_t count, uint64_t &value) {
  uint64_t odd = 0, result, text;
  memcpy(&text, at, 8);
  if (count <= 8) {
    result = eightDigits(text, (unsigned)count, odd);
  } else {
    const unsigned rest = (unsigned)count - 8;
    result = eightDigits(text, 8, odd) * fewPowersOfTen[rest];
    memcpy(&text, at + 8, 8);
    result += eightDigits(text, rest, odd);
  }
  value = result;
  return odd == 0;
}

COLONNADE_INLINE bool parseUnsigned(
    const char *at, const char *end, uint64_t high, uint64_t &value) {
  if (at < end && *at == '+') at++;
  return parseDigits(at, end, value) && value <= high;
}

static const double powersOfTen[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                     1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                     1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

// The general way: fast_float, refusing what overflows to infinity or underflows to zero.
template <class Float>
__attribute__((noinline)) static bool parseFloatSlow(
    const char *at, const char *end, Float &value) {
  const char *first = at;
  if (at < end && *at == '+') {
    first = ++at;
    if (at < end && *at == '-') return false;
  } else if (at < end && *at == '-') {
    first++;
  }
  const bool isNumber = first < end && (isDigit(*first) || *first == '.');
  Float result;
  const auto parsed = fast_float::from_chars(at, end, result);
  if (parsed.ec != std::errc() || parsed.ptr != end) return false;
  if (isNumber) {
    if (std::isinf(result)) return false;
    if (result == 0) {
      for (const char *digit = first; digit < end && *digit != 'e' && *digit != 'E'; digit++)
        if (*digit >= '1' && *digit <= '9') return false;
    }
  }
  value = result;
  return true;
}

// Nearest float64, ties to even.
COLONNADE_INLINE bool parseDouble(const char *at, const char *end, double &value) {
  const char *const start = at;
  const bool negative = at < end && *at == '-';
  if (negative) at++;
  if (end - at > 0 && end - at <= 18) {
    uint64_t mantissa = 0;
    const char *digits = at;
    while (at < end && isDigit(*at)) mantissa = mantissa * 10 + (uint64_t)(*at++ - '0');
    if (at != digits) {
      if (at == end) {
        if (mantissa <= (1ull << 53)) {
          value = negative ? -(double)mantissa : (double)mantissa;
          return true;
        }
      } else if (*at == '.') {
        const char *const point = at++;
        while (at < end && isDigit(*at)) mantissa = mantissa * 10 + (uint64_t)(*at++ - '0');
        if (at == end && mantissa <= (1ull << 53)) {
          const double result = (double)mantissa / powersOfTen[end - point - 1];
          value = negative ? -result : result;
          return true;
        }
      }
    }
  }
  return parseFloatSlow(start, end, value);
}

// The same where sixteen bytes can be read from `at` on. The digits on both sides of a point become one
// number at once: those behind it are read a byte further on.
COLONNADE_INLINE bool parsePaddedDouble(const char *at, const char *end, double &value) {
  const char *const start = at;
  const bool negative = *at == '-';
  at += negative;
  uint64_t text, next;
  memcpy(&text, at, 8);
  memcpy(&next, at + 1, 8);
  // The lowest byte that is a point has its highest bit set.
  const uint64_t others = text ^ 0x2E2E2E2E2E2E2E2E;
  const uint64_t points = (others - 0x0101010101010101) & ~others & 0x8080808080808080;
  const size_t length = (size_t)(end - at);
  if (__builtin_expect(length - 3 <= 6 && points != 0, 1)) {
    const size_t whole = (size_t)__builtin_ctzll(points) / 8;
    const uint64_t before = ((points & (0 - points)) >> 7) - 1;
    uint64_t odd = 0;
    const int64_t mantissa = (int64_t)eightDigits(
        (text & before) | (next & ~before), (unsigned)length - 1, odd);
    if (__builtin_expect(whole - 1 < length - 1 && odd == 0, 1)) {
      const double result = (double)mantissa / powersOfTen[length - 1 - whole];
      value = negative ? -result : result;
      return true;
    }
  }
  return parseDouble(start, end, value);
}

// A decimal number, exactly `scale` digits after the point after scaling; zeros beyond may go.
COLONNADE_INLINE bool parseDecimal(
    const char *at, const char *end, int precision, int scale, __int128 &value) {
  const bool negative = at < end && *at == '-';
  if (at < end && (*at == '-' || *at == '+')) at++;
  unsigned __int128 result = 0;
  int significant = 0, fraction = 0;
  bool any = false, point = false;
  for (; at < end; at++) {
    if (*at == '.' && !point) {
      point = true;
      continue;
    }
    const uint8_t digit = (uint8_t)(*at - '0');
    if (digit > 9) return false;
    any = true;
    if (point && fraction == scale) {
      if (digit != 0) return false;
      continue;
    }
    if (point) fraction++;
    result = result * 10 + digit;
    if (result != 0 && ++significant > precision) return false;
  }
  if (!any) return false;
  for (; fraction < scale; fraction++) {
    result *= 10;
    if (result != 0 && ++significant > precision) return false;
  }
  value = negative ? -(__int128)result : (__int128)result;
  return true;
}

COLONNADE_INLINE int two(const char *at) {
  const uint8_t high = (uint8_t)(at[0] - '0'), low = (uint8_t)(at[1] - '0');
  return high > 9 || low > 9 ? -1 : high * 10 + low;
}

// Days from 1970-01-01 in the proleptic Gregorian calendar, of a year below 10,000.
COLONNADE_INLINE int64_t daysFromCivil(uint32_t year, uint32_t month, uint32_t day) {
  // Years begin in March, and one cycle of 400 earlier, so that none is below zero.
  year += 400 - (month <= 2);
  const uint32_t dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return (int64_t)(year * 365 + year / 4 - year / 100 + year / 400 + dayOfYear) - 719468 - 146097;
}

// YYYY-MM-DD, the first ten bytes of at least ten.
COLONNADE_INLINE bool parseDate(const char *at, int64_t &days) {
  uint64_t text;
  memcpy(&text, at, 8);
  // Digits become 0 to 9 and separators 0; of any other byte the sum has the highest bit set.
  const uint64_t digits = text ^ 0x2D30302D30303030;
  if (((digits | (digits + 0x7F76767F76767676)) & 0x8080808080808080) != 0) return false;
  const uint64_t pairs = digits * 10 + (digits >> 8);
  const uint32_t year = (uint32_t)((pairs & 0xFF) * 100 + (pairs >> 16 & 0xFF));
  const uint32_t month = (uint32_t)(pairs >> 40 & 0xFF);
  const int day = two(at + 8);
  if (month - 1 >= 12 || day < 1) return false;
  if (day > 28) {
    static const uint8_t lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (day > lengths[month - 1] + (month == 2 && leap)) return false;
  }
  days = daysFromCivil(year, month, (uint32_t)day);
  return true;
}

// [+-]YYYY…-MM-DD with a sign, for years of any length. Moves `at` past it.
static inline bool parseSignedDate(const char *&at, const char *end, int64_t &days) {
  const bool negative = *at == '-';
  const char *const digits = ++at;
  while (at < end && isDigit(*at)) at++;
  uint64_t year;
  if (at - digits < 4 || at - digits > 7 || end - at < 6) return false;
  if (!parseDigits(digits, at, year)) return false;
  // The calendar repeats every 400 years: a year of the same shape stands for this one.
  const int64_t signedYear = negative ? -(int64_t)year : (int64_t)year;
  const int64_t cycle = (signedYear >= 0 ? signedYear : signedYear - 399) / 400;
  const int64_t rest = signedYear - cycle * 400;
  char text[10] = {'0', (char)('0' + rest / 100), (char)('0' + rest / 10 % 10),
                   (char)('0' + rest % 10)};
  memcpy(text + 4, at, 6);
  if (!parseDate(text, days)) return false;
  days += cycle * 146097;
  at += 6;
  return true;
}

struct Clock {
  int64_t seconds;
  // Nanoseconds, and the digits of the fraction that are not zeros at its end.
  int64_t nanoseconds;
  int digits;
};

// hh:mm[:ss[.fraction]]; at most nine digits of fraction count. Moves `at` past it.
COLONNADE_INLINE bool parseClock(const char *&at, const char *end, Clock &clock) {
  if (end - at < 5 || at[2] != ':') return false;
  const int hour = two(at), minute = two(at + 3);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59) return false;
  at += 5;
  int second = 0;
  clock.nanoseconds = 0;
  clock.digits = 0;
  if (end - at >= 3 && *at == ':') {
    second = two(at + 1);
    if (second < 0 || second > 59) return false;
    at += 3;
    if (end - at >= 2 && *at == '.' && isDigit(at[1])) {
      at++;
      int count = 0;
      while (at < end && isDigit(*at)) {
        if (count < 9) {
          clock.nanoseconds = clock.nanoseconds * 10 + (*at - '0');
        } else if (*at != '0') {
          return false;
        }
        count++;
        if (*at != '0') clock.digits = count;
        at++;
      }
      for (; count < 9; count++) clock.nanoseconds *= 10;
    }
  }
  clock.seconds = hour * 3600 + minute * 60 + second;
  return true;
}

// Z, UTC, +hh, +hhmm or +hh:mm. Moves `at` past it; seconds to take away.
COLONNADE_INLINE bool parseZone(const char *&at, const char *end, int64_t &offset) {
  if (at < end && *at == ' ' && end - at > 1) at++;
  if (at < end && (*at == 'Z' || *at == 'z')) {
    at++;
    offset = 0;
    return true;
  }
  if (end - at == 3 && memcmp(at, "UTC", 3) == 0) {
    at += 3;
    offset = 0;
    return true;
  }
  if (end - at < 3 || (*at != '+' && *at != '-')) return false;
  const int sign = *at == '-' ? -1 : 1;
  const int hours = two(at + 1);
  int minutes = 0;
  at += 3;
  if (end - at == 3 && *at == ':') {
    minutes = two(at + 1);
    at += 3;
  } else if (end - at == 2) {
    minutes = two(at);
    at += 2;
  }
  if (hours < 0 || hours > 18 || minutes < 0 || minutes > 59) return false;
  offset = sign * (hours * 3600 + minutes * 60);
  return true;
}

struct Moment {
  int64_t seconds;
  int64_t nanoseconds;
  int digits;
  bool hasClock;
  bool hasZone;
};

// A date, and after T or a blank a time, and after that a zone.
COLONNADE_INLINE bool parseMoment(const char *at, const char *end, Moment &moment) {
  int64_t days;
  if (end - at < 10) return false;
  if (*at == '-' || *at == '+') {
    if (!parseSignedDate(at, end, days)) return false;
  } else {
    if (!parseDate(at, days)) return false;
    at += 10;
  }
  moment.seconds = days * 86400;
  moment.nanoseconds = 0;
  moment.digits = 0;
  moment.hasClock = moment.hasZone = false;
  if (at == end) return true;
  if (*at != 'T' && *at != ' ' && *at != 't') return false;
  at++;
  Clock clock;
  if (!parseClock(at, end, clock)) return false;
  moment.seconds += clock.seconds;
  moment.nanoseconds = clock.nanoseconds;
  moment.digits = clock.digits;
  moment.hasClock = true;
  if (at == end) return true;
  int64_t offset;
  if (!parseZone(at, end, offset)) return false;
  moment.seconds -= offset;
  moment.hasZone = true;
  return at == end;
}

// [-]PT[hH][mM][s[.fraction]S], at least one of the three, in ticks.
static inline bool parseDuration(
    const char *at, const char *end, int64_t ticksPerSecond, int64_t &value) {
  const bool negative = at < end && *at == '-';
  if (negative) at++;
  if (end - at < 4 || at[0] != 'P' || at[1] != 'T') return false;
  at += 2;
  __int128 total = 0;
  // Seconds of the units still allowed, largest first.
  int64_t below = INT64_MAX;
  while (at < end) {
    const char *const digits = at;
    while (at < end && isDigit(*at)) at++;
    uint64_t whole;
    if (at - digits > 18 || !parseDigits(digits, at, whole)) return false;
    int64_t nanoseconds = 0;
    const bool hasFraction = at < end && *at == '.';
    if (hasFraction) {
      const char *const fraction = ++at;
      while (at < end && isDigit(*at)) at++;
      const int64_t count = at - fraction;
      if (count < 1 || count > 9) return false;
      uint64_t part;
      if (!parseDigits(fraction, at, part)) return false;
      nanoseconds = (int64_t)part;
      for (int64_t index = count; index < 9; index++) nanoseconds *= 10;
    }
    if (at == end) return false;
    const int64_t unit = *at == 'H' ? 3600 : *at == 'M' ? 60 : *at == 'S' ? 1 : 0;
    if (unit == 0 || unit >= below || (hasFraction && unit != 1)) return false;
    below = unit;
    at++;
    const int64_t tick = 1000000000 / ticksPerSecond;
    if (nanoseconds % tick != 0) return false;
    total += (__int128)whole * unit * ticksPerSecond + nanoseconds / tick;
  }
  if (negative) total = -total;
  value = (int64_t)total;
  return value == total;
}

// Seconds and nanoseconds as ticks; false where digits would be lost or 64 bits do not reach.
COLONNADE_INLINE bool ticks(
    int64_t seconds, int64_t nanoseconds, int64_t ticksPerSecond, int64_t &value) {
  const int64_t unit = 1000000000 / ticksPerSecond;
  if (nanoseconds % unit != 0) return false;
  int64_t result;
  // The product alone may leave 64 bits just before the fraction brings it back.
  const __int128 wide = (__int128)seconds * ticksPerSecond + nanoseconds / unit;
  result = (int64_t)wide;
  if (result != wide) return false;
  value = result;
  return true;
}

}  // namespace colonnade
#endif
