import type { FieldError } from '../field-error.ts'
import { checkDns1035Label } from '../metadata/names.ts'
import { invalid, required } from '../schema/schema-path.ts'
import type { CustomResourceNames } from './custom-resource-definition.ts'

/** What is wrong with the names of a kind, as far as they are given. */
export function checkNames(names: Partial<CustomResourceNames>, path: string): FieldError[] {
  const { plural, singular, kind, listKind, shortNames, categories } = names
  const errors: FieldError[] = []
  const check = (field: string, value: string, label: string, prefix = '') => {
    const problems = checkDns1035Label(label)
    if (problems.length > 0) {
      errors.push(invalid(`${path}.${field}`, value, prefix + problems.join(',')))
    }
  }
  if (plural) check('plural', plural, plural)
  if (singular) check('singular', singular, singular)
  const mixedCase = 'may have mixed case, but should otherwise match: '
  if (kind) check('kind', kind, kind.toLowerCase(), mixedCase)
  if (listKind) check('listKind', listKind, listKind.toLowerCase(), mixedCase)
  for (const [index, name] of (shortNames ?? []).entries()) {
    check(`shortNames[${index}]`, name ?? '', name ?? '')
  }
  if (kind && kind === listKind) {
    const detail = 'kind and listKind may not be the same'
    errors.push(invalid(`${path}.listKind`, listKind, detail))
  }
  for (const [index, name] of (categories ?? []).entries()) {
    check(`categories[${index}]`, name ?? '', name ?? '')
  }
  return errors
}

/** The names that a definition must have. */
export function checkRequiredNames(
  names: Partial<CustomResourceNames>,
  path: string,
): FieldError[] {
  return (['plural', 'singular', 'kind', 'listKind'] as const)
    .filter((name) => !names[name])
    .map((name) => required(`${path}.${name}`))
}
