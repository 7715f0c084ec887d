import {
  duplicateField,
  goStrings,
  invalidField,
  requiredField,
  unsupportedField,
  type FieldError,
} from '@fairlead/kube-core'

import { optionalTextAt, textAt, textsAt, type Fields } from '../../../definitions/fields.ts'
import { checkAddress, familyOf } from '../../shared/ip-address.ts'
import { isHeadless } from './service-fields.ts'

const families = ['IPv4', 'IPv6']
const policies = ['PreferDualStack', 'RequireDualStack', 'SingleStack']
const fixed = 'may not change once set'

/** As ValidateServiceClusterIPsRelatedFields in Kubernetes' core validation. */
export function validateAddresses(spec: Fields): FieldError[] {
  if (textAt(spec, 'type') === 'ExternalName') return []
  const field = 'spec.clusterIPs'
  const addresses = textsAt(spec, 'clusterIPs')
  const shown = goStrings(addresses)
  const wrong = checkEach(addresses)
  const found = [...checkFirst(spec, addresses), ...validateFamilies(spec), ...wrong]
  if (addresses.length > 2) found.push(invalidField(field, shown, 'may only hold up to 2 values'))
  if (wrong.length > 0) return found
  if (addresses.length > 1 && new Set(addresses.map(familyOf)).size < 2) {
    found.push(invalidField(field, shown, 'may specify no more than one IP for each IP family'))
  }
  return isHeadless(spec) ? found : [...found, ...compareFamilies(spec)]
}

/** The single address is the first of the list. */
function checkFirst(spec: Fields, addresses: readonly string[]): FieldError[] {
  const field = 'spec.clusterIPs'
  const first = textAt(spec, 'clusterIP')
  if (first === '') {
    if (addresses.length === 0) return []
    const detail = 'must be empty when `clusterIP` is not specified'
    return [invalidField(field, goStrings(addresses), detail)]
  }
  if (addresses.length === 0) return [requiredField(field)]
  if (addresses[0] === first) return []
  return [invalidField(field, goStrings(addresses), 'first value must match `clusterIP`')]
}

function validateFamilies(spec: Fields): FieldError[] {
  const found: FieldError[] = []
  const seen = new Set<string>()
  for (const [index, family] of textsAt(spec, 'ipFamilies').entries()) {
    const field = `spec.ipFamilies[${index}]`
    if (!families.includes(family)) found.push(unsupportedField(field, family, families))
    if (seen.has(family)) found.push(duplicateField(field, family))
    seen.add(family)
  }
  const policy = optionalTextAt(spec, 'ipFamilyPolicy')
  if (policy !== undefined && !policies.includes(policy)) {
    found.push(unsupportedField('spec.ipFamilyPolicy', policy, policies))
  }
  return found
}

function checkEach(addresses: readonly string[]): FieldError[] {
  return addresses.flatMap((address, index) => {
    if (index === 0 && address === 'None') {
      if (addresses.length === 1) return []
      const detail = "'None' must be the first and only value"
      return [invalidField('spec.clusterIPs', goStrings(addresses), detail)]
    }
    const problems = checkAddress(address)
    return problems.map((each) => invalidField(`spec.clusterIPs[${index}]`, address, each))
  })
}

function compareFamilies(spec: Fields): FieldError[] {
  const wanted = textsAt(spec, 'ipFamilies')
  return textsAt(spec, 'clusterIPs').flatMap((address, index) => {
    const family = wanted[index]
    if (family === undefined || !families.includes(family)) return []
    if (familyOf(address) === family) return []
    const detail = `expected an ${family} value as indicated by \`ipFamilies[${index}]\``
    return [invalidField(`spec.clusterIPs[${index}]`, address, detail)]
  })
}

/** As the update rules for addresses and families in Kubernetes' ValidateServiceUpdate. */
export function validateAddressChange(next: Fields, previous: Fields): FieldError[] {
  const isNamed = [next, previous].some((spec) => textAt(spec, 'type') === 'ExternalName')
  if (isNamed) return []
  const wasHeadless = isHeadless(previous)
  const found = wasHeadless && isHeadless(next) ? [] : addressChange(next, previous)
  if (wasHeadless || isHeadless(next)) return found
  return [...found, ...familyChange(next, previous)]
}

function addressChange(next: Fields, previous: Fields): FieldError[] {
  const before = textsAt(previous, 'clusterIPs')
  const after = textsAt(next, 'clusterIPs')
  const change = (index: number, detail: string): FieldError =>
    invalidField(`spec.clusterIPs[${index}]`, goStrings(after), detail)
  if (before.length === after.length) {
    return before.flatMap((each, index) => (each === after[index] ? [] : [change(index, fixed)]))
  }
  const found: FieldError[] = []
  if (before.length > after.length && after.length === 0) {
    found.push(change(0, 'primary clusterIP can not be unset'))
  }
  if (before.length > 0 && after.length > 0 && before[0] !== after[0]) found.push(change(0, fixed))
  if (before.length > after.length && after.length === 1) {
    found.push(...requireSingleStack(next, 'secondary clusterIP'))
  }
  return found
}

function familyChange(next: Fields, previous: Fields): FieldError[] {
  const before = textsAt(previous, 'ipFamilies')
  const after = textsAt(next, 'ipFamilies')
  const field = 'spec.ipFamilies[0]'
  const shown = goStrings(after, '[]core.IPFamily')
  const addresses = goStrings(textsAt(next, 'clusterIPs'))
  if (before.length === after.length) {
    return before.flatMap((each, index) =>
      each === after[index] ? [] : [invalidField(field, shown, fixed)],
    )
  }
  const found: FieldError[] = []
  if (before.length > after.length && textsAt(next, 'clusterIPs').length === 0) {
    found.push(invalidField(field, shown, 'primary ipFamily can not be unset'))
  }
  if (before.length > 0 && after.length > 0 && before[0] !== after[0]) {
    found.push(invalidField(field, addresses, fixed))
  }
  if (before.length > after.length && after.length === 1) {
    found.push(...requireSingleStack(next, 'secondary ipFamily'))
  }
  return found
}

function requireSingleStack(next: Fields, released: string): FieldError[] {
  const policy = optionalTextAt(next, 'ipFamilyPolicy')
  if (policy === 'SingleStack') return []
  const detail = `must be set to 'SingleStack' when releasing the ${released}`
  return [invalidField('spec.ipFamilyPolicy', policy ?? 'null', detail)]
}
