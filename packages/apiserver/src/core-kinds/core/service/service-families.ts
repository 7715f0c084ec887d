import { errors, goStrings, invalidField, type FieldError } from '@fairlead/kube-core'

import {
  optionalTextAt,
  recordAt,
  textAt,
  textsAt,
  type Fields,
} from '../../../definitions/fields.ts'
import { familyOf } from '../../shared/ip-address.ts'
import { validateAddresses } from './service-addresses.ts'
import { isSameList } from './service-fields.ts'

/** The families that the server has addresses of. */
const servedFamilies = ['IPv4']
const policyField = 'spec.ipFamilyPolicy'

/**
 * Fills in `ipFamilyPolicy` and `ipFamilies` of a Service's `spec`, as initIPFamilyFields of
 * Kubernetes' Service storage does for a cluster of one family.
 *
 * @throws StatusError 422 for what contradicts itself or the cluster
 */
export function fillInFamilies(
  name: string,
  spec: Record<string, unknown>,
  previous: Fields | undefined,
): void {
  if (spec['type'] === 'ExternalName' || keepsDualStack(spec, previous)) return
  spec['ipFamilyPolicy'] ??= previous?.['ipFamilyPolicy'] ?? defaultPolicy(spec)
  refuse(name, validateAddresses(spec))
  const found = previous === undefined ? [] : compareWithPrevious(spec, previous)
  found.push(...checkSingleStack(spec), ...inferFamilies(spec))
  refuse(name, found)
  if (isSelectorless(spec)) {
    fillInSelectorless(spec)
    return
  }
  refuse(name, checkServed(spec))
  if (textsAt(spec, 'ipFamilies').length === 0) spec['ipFamilies'] = [...servedFamilies]
}

function refuse(name: string, found: readonly FieldError[]): void {
  if (found.length > 0) throw errors.invalid('Service', name, found)
}

/** Selectorless headless Services have no addresses that could be missing. */
function isSelectorless(spec: Fields): boolean {
  const selector = Object.keys(recordAt(spec, 'selector'))
  return textAt(spec, 'clusterIP') === 'None' && selector.length === 0
}

function defaultPolicy(spec: Fields): string {
  return isSelectorless(spec) ? 'RequireDualStack' : 'SingleStack'
}

/** What has both families where possible keeps what it has when the cluster changes. */
function keepsDualStack(spec: Fields, previous: Fields | undefined): boolean {
  if (previous === undefined || spec['ipFamilyPolicy'] !== 'PreferDualStack') return false
  const before = previous['ipFamilyPolicy'] ?? 'PreferDualStack'
  return (
    before === 'PreferDualStack' &&
    previous['type'] === spec['type'] &&
    ['clusterIPs', 'ipFamilies'].every((field) =>
      isSameList(textsAt(spec, field), textsAt(previous, field)),
    )
  )
}

function compareWithPrevious(spec: Record<string, unknown>, previous: Fields): FieldError[] {
  const policy = textAt(spec, 'ipFamilyPolicy')
  const found: FieldError[] = []
  for (const [field, what] of [
    ['clusterIPs', 'cluster IP'],
    ['ipFamilies', 'IP family'],
  ] as const) {
    const before = textsAt(previous, field)
    const after = textsAt(spec, field)
    if (policy === 'SingleStack') {
      if (isSameList(before, after) && after.length > 1) spec[field] = after.slice(0, 1)
    } else if (after.length > 0 && after.length < before.length) {
      const detail = `must be 'SingleStack' to release the secondary ${what}`
      found.push(invalidField(policyField, policy, detail))
    }
  }
  return found
}

function checkSingleStack(spec: Fields): FieldError[] {
  if (textAt(spec, 'ipFamilyPolicy') !== 'SingleStack') return []
  const found: FieldError[] = []
  for (const [field, what] of [
    ['clusterIPs', 'cluster IPs'],
    ['ipFamilies', 'IP families'],
  ] as const) {
    if (textsAt(spec, field).length !== 2) continue
    const detail = `must be 'RequireDualStack' or 'PreferDualStack' when multiple ${what} are specified`
    found.push(invalidField(policyField, 'SingleStack', detail))
  }
  return found
}

function inferFamilies(spec: Record<string, unknown>): FieldError[] {
  const families = [...textsAt(spec, 'ipFamilies')]
  const addresses = textsAt(spec, 'clusterIPs')
  const found: FieldError[] = []
  if (addresses[0] === 'None') return found
  for (const [index, address] of addresses.entries()) {
    const family = familyOf(address) ?? ''
    if (index < families.length) continue
    if (servedFamilies.includes(family)) families.push(family)
    else {
      const detail = `${family} is not configured on this cluster`
      found.push(invalidField(`spec.clusterIPs[${index}]`, goStrings(addresses), detail))
    }
  }
  if (families.length > 0) spec['ipFamilies'] = families
  return found
}

function fillInSelectorless(spec: Record<string, unknown>): void {
  const families = [...textsAt(spec, 'ipFamilies')]
  if (families.length === 0) families.push(...servedFamilies)
  if (families.length < 2 && optionalTextAt(spec, 'ipFamilyPolicy') !== 'SingleStack') {
    families.push(families[0] === 'IPv4' ? 'IPv6' : 'IPv4')
  }
  spec['ipFamilies'] = families
}

function checkServed(spec: Fields): FieldError[] {
  const found: FieldError[] = []
  if (textAt(spec, 'ipFamilyPolicy') === 'RequireDualStack') {
    const detail = 'this cluster is not configured for dual-stack services'
    found.push(invalidField(policyField, 'RequireDualStack', detail))
  }
  for (const [index, family] of textsAt(spec, 'ipFamilies').entries()) {
    if (servedFamilies.includes(family)) continue
    const field = `spec.ipFamilies[${index}]`
    found.push(invalidField(field, family, 'not configured on this cluster'))
  }
  return found
}
