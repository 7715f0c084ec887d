import { parseYamlText } from '../decoding/yaml-text.ts'
import { yamlProblems } from '../resources/decode-object.ts'
import type { DuplicateField } from '../resources/write-options.ts'
import { mediaTypeOf } from './decode-body.ts'
import { findDuplicateFields } from './duplicate-fields.ts'

/**
 * What occurs more than once in a JSON or YAML body. Empty for a body that cannot be read, which the
 * decoder reports better.
 */
export function duplicatesInBody(body: Buffer, contentType: string): DuplicateField[] {
  const mediaType = mediaTypeOf(contentType)
  try {
    if (mediaType === '' || mediaType.endsWith('json')) {
      const paths = findDuplicateFields(body.toString('utf8'))
      return paths.map((path) => ({ path, problem: `duplicate field "${path}"` }))
    }
    if (!mediaType.endsWith('yaml')) return []
    const { duplicateKeys } = parseYamlText(body)
    if (duplicateKeys.length === 0) return []
    return [{ problem: [yamlProblems, ...duplicateKeys.map((line) => `  ${line}`)].join('\n') }]
  } catch {
    return []
  }
}
