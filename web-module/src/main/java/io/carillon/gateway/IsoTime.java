package io.carillon.gateway;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.time.Instant;

/**
 * Times as every wire has them: ISO 8601, UTC, always three digits of milliseconds. Written digit
 * by digit, since each event carries one and a formatter costs more than the rest of the event. Any
 * thread.
 */
public final class IsoTime {
  private static final int LENGTH = "2026-01-05T10:00:00.000Z".length();
  private static final long MILLIS_PER_DAY = 86_400_000L;
  private static final long FIRST = Instant.parse("0000-01-01T00:00:00Z").toEpochMilli();
  private static final long END = Instant.parse("+10000-01-01T00:00:00Z").toEpochMilli();

  private IsoTime() {}

  public static String text(long epochMillis) {
    return isPlain(epochMillis)
        ? new String(digits(epochMillis))
        : Instant.ofEpochMilli(epochMillis).toString();
  }

  static void write(long epochMillis, JsonGenerator to) throws IOException {
    if (isPlain(epochMillis)) {
      to.writeString(digits(epochMillis), 0, LENGTH);
    } else {
      to.writeString(Instant.ofEpochMilli(epochMillis).toString());
    }
  }

  /** Whether the year has four digits and no sign. */
  private static boolean isPlain(long epochMillis) {
    return epochMillis >= FIRST && epochMillis < END;
  }

  private static char[] digits(long epochMillis) {
    char[] out = new char[LENGTH];
    putDate(Math.floorDiv(epochMillis, MILLIS_PER_DAY), out);
    int millisOfDay = (int) Math.floorMod(epochMillis, MILLIS_PER_DAY);
    out[10] = 'T';
    put(millisOfDay / 3_600_000, 2, out, 11);
    out[13] = ':';
    put(millisOfDay / 60_000 % 60, 2, out, 14);
    out[16] = ':';
    put(millisOfDay / 1_000 % 60, 2, out, 17);
    out[19] = '.';
    put(millisOfDay % 1_000, 3, out, 20);
    out[23] = 'Z';
    return out;
  }

  /**
   * The civil date of a day, counted in years that begin in March: then the leap day is the last of
   * its year, and the length of the months follows from 153 days in each five.
   */
  private static void putDate(long epochDay, char[] out) {
    long day = epochDay + 719_468; // from 0000-03-01
    long era = Math.floorDiv(day, 146_097); // 400 years
    int dayOfEra = (int) Math.floorMod(day, 146_097);
    int yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
    int dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
    int marchMonth = (5 * dayOfYear + 2) / 153;
    int month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
    int year = (int) (yearOfEra + era * 400) + (month <= 2 ? 1 : 0);
    put(year, 4, out, 0);
    out[4] = '-';
    put(month, 2, out, 5);
    out[7] = '-';
    put(dayOfYear - (153 * marchMonth + 2) / 5 + 1, 2, out, 8);
  }

  private static void put(int number, int width, char[] out, int at) {
    int rest = number;
    for (int i = at + width - 1; i >= at; i--) {
      out[i] = (char) ('0' + rest % 10);
      rest /= 10;
    }
  }
}
