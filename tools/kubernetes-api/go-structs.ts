/** A field of a Go struct, from its declaration and its `json` and `protobuf` tags. */
export interface GoField {
  /** JSON name; empty for a field whose own fields stand in its place. */
  readonly json: string
  readonly isInline: boolean
  readonly omitsEmpty: boolean
  /** Field number; 0 for one that protobuf does not have. */
  readonly protobuf: number
  /** The type as it stands there, such as `[]Container` or `*metav1.Time`. */
  readonly type: string
}

/** The declarations of one Go package that say how its objects are encoded. */
export interface GoPackage {
  /** Imported packages by the name that the file uses. */
  readonly imports: ReadonlyMap<string, string>
  readonly structs: ReadonlyMap<string, readonly GoField[]>
  /** Other named types, such as `PullPolicy` for `string`. */
  readonly named: ReadonlyMap<string, string>
}

/** Reads the declarations in a package's Go sources. */
export function readGoPackage(sources: readonly string[]): GoPackage {
  const imports = new Map<string, string>()
  const structs = new Map<string, readonly GoField[]>()
  const named = new Map<string, string>()
  for (const source of sources) {
    const text = source.replaceAll(/\/\*[\s\S]*?\*\//g, '')
    for (const [, block = ''] of text.matchAll(/^import \(([\s\S]*?)^\)/gm)) {
      for (const [, alias, path = ''] of block.matchAll(/^\s*(?:(\w+)\s+)?"([^"]+)"/gm)) {
        imports.set(alias ?? path.slice(path.lastIndexOf('/') + 1), path)
      }
    }
    for (const [, name = '', body = ''] of text.matchAll(
      /^type (\w+) struct \{\n([\s\S]*?)^\}/gm,
    )) {
      structs.set(name, fieldsOf(body))
    }
    for (const [, name = ''] of text.matchAll(/^type (\w+) struct ?\{\}/gm)) structs.set(name, [])
    for (const [, name = '', type = ''] of text.matchAll(/^type (\w+) (?:= )?([[\]\w.*]+)\s*$/gm)) {
      if (type !== 'struct' && type !== 'interface') named.set(name, type)
    }
  }
  return { imports, structs, named }
}

function fieldsOf(body: string): GoField[] {
  const fields: GoField[] = []
  for (const line of body.split('\n')) {
    const found = /^\s*(?:\w+\s+)?([[\]\w.*]+)\s+`([^`]*)`/.exec(line)
    if (found === null) continue
    const [, type = '', tags = ''] = found
    const json = /json:"([^"]*)"/.exec(tags)?.[1] ?? ''
    const [name = '', ...options] = json.split(',')
    const number = /protobuf:"\w+,(\d+),/.exec(tags)?.[1]
    fields.push({
      json: name === '-' ? '' : name,
      isInline: options.includes('inline'),
      omitsEmpty: options.includes('omitempty'),
      protobuf: Number(number ?? 0),
      type,
    })
  }
  return fields
}
