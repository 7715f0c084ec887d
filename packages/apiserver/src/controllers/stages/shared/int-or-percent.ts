/** The number that an IntOrString means of a total. As GetScaledValueFromIntOrPercent. */
export function scaledValue(value: unknown, total: number, round: 'up' | 'down'): number {
  if (typeof value === 'number') return value
  const percent = typeof value === 'string' ? Number.parseInt(value, 10) : 0
  const exact = ((Number.isNaN(percent) ? 0 : percent) * total) / 100
  return round === 'up' ? Math.ceil(exact) : Math.floor(exact)
}
