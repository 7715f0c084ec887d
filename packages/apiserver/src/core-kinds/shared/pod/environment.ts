import { checkDnsSubdomain } from '@fairlead/kube-core'

import { checkDataKey } from '../data-keys.ts'
import type { Place } from '../place.ts'
import { environmentFields, validateFieldRef, validateResourceFieldRef } from './downward-api.ts'

/** As ValidateEnv in Kubernetes' core validation. */
export function validateEnvironment(container: Place): void {
  for (const variable of container.each('env')) {
    if (variable.requireText('name')) {
      variable.problems('name', checkVariableName(variable.text('name')))
    }
    const source = variable.at('valueFrom')
    if (source !== undefined) validateSource(source, variable.text('value'))
  }
}

/** As ValidateEnvFrom in Kubernetes' core validation. */
export function validateEnvironmentSources(container: Place): void {
  for (const source of container.each('envFrom')) {
    const prefix = source.text('prefix')
    if (prefix !== '') source.problems('prefix', checkVariableName(prefix))
    const references = ['configMapRef', 'secretRef'].flatMap((field) => source.at(field) ?? [])
    for (const reference of references) {
      if (!reference.requireText('name')) continue
      // The name may be completed later, so it may end as a prefix does.
      reference.problems('name', checkDnsSubdomain(maskTrailingDash(reference.text('name'))))
    }
    if (references.length === 0) {
      container.invalid('envFrom', 'must specify one of: `configMapRef` or `secretRef`', '')
    } else if (references.length > 1) {
      container.invalid('envFrom', 'may not have more than one field specified at a time', '')
    }
  }
}

/** As IsRelaxedEnvVarName in Kubernetes' API machinery. */
function checkVariableName(name: string): readonly string[] {
  if (/^[ -<>-~]*$/.test(name)) return []
  return [
    "a valid environment variable name must consist only of printable ASCII characters other than '='",
  ]
}

function maskTrailingDash(name: string): string {
  return name.length > 1 && name.endsWith('-') ? name.slice(0, -2) + 'a' : name
}

function validateSource(source: Place, value: string): void {
  let count = 0
  const check = (field: string, validate: (of: Place) => void): void => {
    const part = source.at(field)
    if (part === undefined) return
    count += 1
    validate(part)
  }
  check('fieldRef', (ref) => validateFieldRef(ref, environmentFields))
  check('resourceFieldRef', (ref) => validateResourceFieldRef(ref, false))
  check('configMapKeyRef', validateKeySelector)
  check('secretKeyRef', validateKeySelector)
  if (count === 0) {
    const detail =
      'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`'
    source.invalid('', detail, '')
  } else if (value !== '') {
    source.invalid('', 'may not be specified when `value` is not empty', '')
  } else if (count > 1) {
    source.invalid('', 'may not have more than one field specified at a time', '')
  }
}

function validateKeySelector(selector: Place): void {
  selector.problems('name', checkDnsSubdomain(selector.text('name')))
  if (selector.requireText('key')) selector.problems('key', checkDataKey(selector.text('key')))
}
