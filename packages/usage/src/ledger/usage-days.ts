const dayMs = 86_400_000
const hourMs = 3_600_000

/** The day in UTC of a time in Unix milliseconds, as `2026-01-31`. */
export function dayAt(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10)
}

/** When the hour of a time began; both are Unix milliseconds. */
export function hourAt(timeMs: number): number {
  return Math.floor(timeMs / hourMs) * hourMs
}

/** The day so many days later, or earlier if `days` is negative. */
export function dayAfter(day: string, days: number): string {
  return dayAt(Date.parse(`${day}T00:00:00Z`) + days * dayMs)
}

/** Whether a text is a day of the calendar since 1970, as `2026-01-31`. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false
  const timeMs = Date.parse(`${text}T00:00:00Z`)
  return timeMs >= 0 && dayAt(timeMs) === text
}

/** How many days there are from one to the other, both included; less than 1 if `to` is earlier. */
export function daysBetween(from: string, to: string): number {
  return (Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / dayMs + 1
}
