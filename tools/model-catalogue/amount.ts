/**
 * US dollars as a decimal. The sources have doubles, some of them computed: what is beyond twelve
 * digits is noise.
 */
export function amount(dollars: number): string {
  const text = String(Number(dollars.toPrecision(12)))
  if (!/^\d+(?:\.\d+)?$/.test(text)) throw new Error(`${text} is no decimal`)
  return text
}
