/** Primary result codes of SQLite. */
const sqliteCodes = { busy: 5, readOnly: 8, io: 10, corrupt: 11, full: 13, cannotOpen: 14, not: 26 }

/** What a failure means for whoever looks after the file, with the failure as cause. */
export function describeUsageTrouble(error: unknown, path: string): Error {
  const said = error instanceof Error ? error.message : String(error)
  return new Error(`${adviceFor(error, path)} (${said})`, { cause: error })
}

function adviceFor(error: unknown, path: string): string {
  switch (systemCode(error) ?? sqliteCode(error)) {
    case sqliteCodes.busy:
      return `${path} is in use by another process: give each Fairlead a --data-dir of its own`
    case 'ENOSPC':
    case 'EDQUOT':
    case sqliteCodes.full:
      return `the disk of ${path} is full: free space, and counting resumes by itself`
    case 'EROFS':
    case 'EACCES':
    case 'EPERM':
    case 'ENOTDIR':
    case 'EEXIST':
    case sqliteCodes.readOnly:
    case sqliteCodes.cannotOpen:
      return `${path} cannot be written: let the user that Fairlead runs as write the file and its folder, and counting resumes by itself`
    case sqliteCodes.corrupt:
    case sqliteCodes.not:
      return `${path} is damaged: move it away together with its -wal file, and start Fairlead again; what was used is forgotten`
    case sqliteCodes.io:
      return `${path} cannot be read or written: check the disk, and counting resumes by itself`
    default:
      return `${path} cannot be used`
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
