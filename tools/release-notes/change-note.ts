/** What a change is to users, in the order in which a changelog tells it. */
export const changeKinds = ['added', 'changed', 'fixed'] as const

export type ChangeKind = (typeof changeKinds)[number]

/** A file of `changes/`: one change that users notice. */
export interface ChangeNote {
  /** The package that changed, or `install`. */
  readonly area: string
  readonly kind: ChangeKind
  /** A sentence or more, in one paragraph. */
  readonly text: string
}

/** Reads a note. Throws an Error that says what is wrong with the file and what is right. */
export function parseChangeNote(
  path: string,
  source: string,
  areas: readonly string[],
): ChangeNote {
  const wrong = (problem: string) => new Error(`${path}: ${problem}`)
  const [, head, body = ''] = /^---\n([^]*?)\n---\n([^]*)$/.exec(source) ?? []
  if (head === undefined) throw wrong('must begin with area and kind between two lines of ---')
  const fields = new Map<string, string>()
  for (const line of head.split('\n')) {
    const [, name, value] = /^(\w+): (\S+)$/.exec(line) ?? []
    if (name === undefined || value === undefined) throw wrong(`"${line}" is not "name: value"`)
    if (fields.has(name)) throw wrong(`has ${name} twice`)
    fields.set(name, value)
  }
  const unknown = [...fields.keys()].find((name) => name !== 'area' && name !== 'kind')
  if (unknown !== undefined) throw wrong(`has ${unknown}; only area and kind are known`)
  const area = fields.get('area') ?? ''
  if (!areas.includes(area)) throw wrong(`area must be one of ${areas.join(', ')}`)
  const kind = changeKinds.find((each) => each === fields.get('kind'))
  if (kind === undefined) throw wrong(`kind must be one of ${changeKinds.join(', ')}`)
  const text = body.trim().replaceAll(/\s*\n\s*(?=\S)/g, ' ')
  if (/\n\s*\n/.test(body.trim())) throw wrong('must be one paragraph')
  if (!/^[\p{Lu}`*].*[.)]$/su.test(text)) throw wrong('must hold whole sentences, for users')
  return { area, kind, text }
}
