/** A name that an entry exports, and the file that declares it, relative to the entry. */
export interface ExportedName {
  readonly name: string
  readonly file: string
}

/** The names that an `index.ts` passes on from other files, in its order. */
export function exportedNames(entry: string): ExportedName[] {
  return [...entry.matchAll(/^export (?:type )?\{([^}]*)\} from '\.\/([^']+)'/gm)].flatMap(
    ([, names = '', file = '']) =>
      names
        .split(',')
        .map((name) => name.replace(/^\s*(?:type )?|\s+$/g, ''))
        .filter((name) => name !== '')
        .map((name) => ({ name, file })),
  )
}
