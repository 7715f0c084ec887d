/** Primary result codes of SQLite. */
const sqliteCodes = {
  busy: 5,
  readOnly: 8,
  io: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  notSqlite: 26,
}

export function isBusy(error: unknown): boolean {
  return sqliteCode(error) === sqliteCodes.busy
}

/** Whether the file has damaged pages, or is no database. */
export function isDamaged(error: unknown): boolean {
  const code = sqliteCode(error)
  return code === sqliteCodes.corrupt || code === sqliteCodes.notSqlite
}

/** What a failure means for whoever looks after the file, with the failure as cause. */
export function describeTrouble(error: unknown, path: string): Error {
  const said = error instanceof Error ? error.message : String(error)
  const advice = adviceFor(error, path)
  return advice === undefined && error instanceof Error
    ? error
    : new Error(`${advice ?? path} (${said})`, { cause: error })
}

function adviceFor(error: unknown, path: string): string | undefined {
  const resumes = 'the store resumes by itself'
  if (isDamaged(error)) {
    return `${path} is damaged: move it away together with its -wal and -shm files, and move a backup into its place; ${resumes}`
  }
  switch (systemCode(error) ?? sqliteCode(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
    case sqliteCodes.full:
      return `the disk of ${path} is full: free space, and ${resumes}`
    case 'EROFS':
    case 'EACCES':
    case 'EPERM':
    case 'ENOTDIR':
    case sqliteCodes.readOnly:
    case sqliteCodes.cannotOpen:
      return `${path} cannot be written: let the user that Fairlead runs as write the file and its folder; ${resumes}`
    case sqliteCodes.io:
      return `${path} cannot be read or written: check the disk; ${resumes}`
    default:
      return undefined
  }
}

function sqliteCode(error: unknown): number | undefined {
  const code = field(error, 'errcode')
  // The rest of the extended code says where it happened.
  return typeof code === 'number' ? code & 0xff : undefined
}

function systemCode(error: unknown): string | undefined {
  const code = field(error, 'code')
  return typeof code === 'string' && code !== 'ERR_SQLITE_ERROR' ? code : undefined
}

function field(error: unknown, name: 'code' | 'errcode'): unknown {
  return typeof error === 'object' && error !== null && name in error
    ? (error as Readonly<Record<string, unknown>>)[name]
    : undefined
}
