/** What is to be added to `setup` of a project. */
export interface SetupPart {
  /** What is imported, and from where. */
  readonly name: string
  readonly module: string
  /** The statement, such as `setupDatabaseController(manager)`. */
  readonly statement: string
}

const start = /^export (?:async )?function setup\((\w+): Manager[^)]*\)[^{]*\{\n/m

/**
 * The text of `src/operator.ts` with an import and a statement more: behind the last import, and at
 * the end of `setup`. The same text if it is there; undefined if the text is not understood.
 */
export function insertSetup(
  text: string,
  { name, module, statement }: SetupPart,
): string | undefined {
  if (text.includes(`from '${module}'`) && text.includes(statement)) return text
  const imports = [...text.matchAll(/^import .* from '.*'\n/gm)].at(-1)
  const head = start.exec(text)
  if (imports === undefined || head === null || head[1] !== 'manager') return undefined
  const body = head.index + head[0].length
  const end = text.indexOf('\n}', body - 1)
  if (end === -1) return undefined
  const before = text.slice(body, end + 1).replace(/^ {2}void manager\n/m, '')
  const afterImports = imports.index + imports[0].length
  return [
    text.slice(0, afterImports),
    `import { ${name} } from '${module}'\n`,
    text.slice(afterImports, body),
    before,
    `  ${statement}\n`,
    text.slice(end + 1),
  ].join('')
}
