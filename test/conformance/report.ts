import type { Outcome } from './player.ts'
import type { RequestBody } from './recordings.ts'
import { sum, tallies, type Tally } from './tally.ts'

const columns = ['same', 'wording', 'body', 'status', 'excepted', 'total'] as const

/** A table of all groups and their sum. */
export function table(outcomes: readonly Outcome[]): string {
  const groups = tallies(outcomes)
  const total = sum(groups.values())
  const rows = [...groups, ['all', total] as const]
  const width = Math.max(...rows.map(([name]) => name.length), 5)
  const line = (name: string, cells: readonly unknown[]): string =>
    name.padEnd(width) + cells.map((cell) => String(cell).padStart(9)).join('')
  const share = (count: number): string => `${((100 * count) / (total.total || 1)).toFixed(1)} %`
  const ofSameStatus = outcomes.filter(({ verdict }) => verdict !== 'status').length
  return [
    line('group', columns),
    ...rows.map(([name, tally]: readonly [string, Tally]) =>
      line(
        name,
        columns.map((column) => tally[column]),
      ),
    ),
    '',
    `same ${share(total.same)}, same status ${share(ofSameStatus)}, other on purpose ${share(total.excepted)}`,
  ].join('\n')
}

/** One outcome with its request and where the answers differ. */
export function details({ exchange, verdict, differences, exception }: Outcome): string {
  const { group, id, method, path, headers, body } = exchange
  const sent = body === undefined ? [] : [`  body ${sentBody(body)}`]
  const shown =
    verdict === 'status' ? differences.filter(({ path: place }) => isTelling(place)) : differences
  return [
    `[${verdict}] ${group} | ${id}`,
    `  ${method} ${path.slice(0, 300)}${Object.keys(headers).length > 0 ? ` ${short(headers, 300)}` : ''}`,
    ...sent,
    ...(exception === undefined ? [] : [`  meant: ${exception}`]),
    ...differences
      .slice(0, differencesMax)
      .flatMap(({ path: place, wanted, got }) => [
        `  ${place === '' ? '(whole)' : place}`,
        `    wanted ${short(wanted, 700)}`,
        `    got    ${short(got, 700)}`,
      ]),
    ...(shown.length > differencesMax ? [`  and ${shown.length - differencesMax} more`] : []),
  ].join('\n')
}

const differencesMax = 12

/** Whole answers of different statuses differ everywhere: this says why. */
function isTelling(place: string): boolean {
  return /^(?:\$status|\.message|\.reason)$/.test(place)
}

function sentBody(body: RequestBody): string {
  if (body.kind === 'json') return short(body.value, 600)
  return short(body.kind === 'text' ? body.text : body.base64, 600)
}

function short(value: unknown, length: number): string {
  const text = value === undefined ? '(absent)' : JSON.stringify(value)
  return text.length > length ? `${text.slice(0, length)}…` : text
}
