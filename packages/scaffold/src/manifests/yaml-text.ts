import { stringify } from 'yaml'

/** How files begin that are written anew each time. */
export const generatedMark = '# Written by `fairlead operator manifests`: a change here is lost.\n'

/** Objects as the documents of one YAML file, of which every line is decided by the objects. */
export function yamlText(objects: readonly object[]): string {
  const options = { lineWidth: 0, aliasDuplicateObjects: false }
  return `${generatedMark}${objects.map((object) => stringify(object, options)).join('---\n')}`
}
