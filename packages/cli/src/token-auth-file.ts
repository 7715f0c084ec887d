import type { User } from '@fairlead/apiserver'
import { UsageError } from './usage-error.ts'

/** A bearer token and whose it is. */
interface StaticToken {
  readonly token: string
  readonly user: User
}

/**
 * Reads a file of tokens as kube-apiserver does: CSV, each line `token,user,uid,"group,group"`; a
 * line without a token is passed over.
 * @throws UsageError for a line that has fewer than three columns, or is no CSV
 */
export function parseTokenFile(flag: string, text: string): readonly StaticToken[] {
  const lines = text.split(/\r?\n/)
  return lines.flatMap((line, index) => {
    if (line === '') return []
    const columns = columnsOf(line)
    if (columns === undefined) throw new UsageError(`--${flag}: line ${index + 1} is no CSV`)
    const [token, name, uid, groups = ''] = columns
    if (token === undefined || name === undefined || uid === undefined) {
      throw new UsageError(
        `--${flag}: line ${index + 1} must have at least 3 columns (token, user name, user uid), found ${columns.length}`,
      )
    }
    if (token === '') return []
    const user = { name, uid, groups: groups === '' ? [] : groups.split(',') }
    return [{ token, user }]
  })
}

/** Undefined for a quote that does not end, or stands where it may not. */
function columnsOf(line: string): readonly string[] | undefined {
  const columns: string[] = []
  const column = /\s*(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/y
  for (let separator = ','; separator === ',';) {
    const [, quoted, plain = '', next] = column.exec(line) ?? []
    if (next === undefined) return undefined
    columns.push(quoted?.replaceAll('""', '"') ?? plain)
    separator = next
  }
  return columns
}
