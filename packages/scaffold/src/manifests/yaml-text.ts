import { stringify } from 'yaml'

const mark = 'Written by `fairlead operator manifests`: a change here is lost.'

/** How files begin that are written anew each time. */
export const generatedMark = `# ${mark}\n`

/** The same in JSON, which has no comments. */
const jsonMark = `{\n  "$comment": ${JSON.stringify(mark)}`

/** Whether a file is one that is written anew each time. */
export function isGenerated(text: string): boolean {
  return text.startsWith(generatedMark) || text.startsWith(jsonMark)
}

/** A JSON Schema as the text of a generated file. */
export function schemaText(schema: object): string {
  return `${JSON.stringify({ $comment: mark, ...schema }, null, 2)}\n`
}

/** Objects as the documents of one YAML file, of which every line is decided by the objects. */
export function yamlText(objects: readonly object[]): string {
  const options = { lineWidth: 0, aliasDuplicateObjects: false }
  return `${generatedMark}${objects.map((object) => stringify(object, options)).join('---\n')}`
}
