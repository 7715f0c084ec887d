import { checkDnsLabel, checkDnsSubdomain, goStrings } from '@fairlead/kube-core'

import { checkAddress } from '../ip-address.ts'
import type { Place } from '../place.ts'

const policies = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'] as const
const nameserversMax = 3
const searchesMax = 32
const searchCharactersMax = 2048

/** As validateDNSPolicy in Kubernetes' core validation. */
export function validateDnsPolicy(spec: Place): void {
  spec.requiredOneOf('dnsPolicy', policies)
}

/** As validatePodDNSConfig in Kubernetes' core validation. */
export function validateDnsConfig(spec: Place): void {
  const config = spec.at('dnsConfig')
  const nameservers = config?.texts('nameservers') ?? []
  if (spec.text('dnsPolicy') === 'None') {
    if (config === undefined) {
      spec.required('dnsConfig', 'must provide `dnsConfig` when `dnsPolicy` is None')
    } else if (nameservers.length === 0) {
      const detail = 'must provide at least one DNS nameserver when `dnsPolicy` is None'
      config.required('nameservers', detail)
      return
    }
  }
  if (config === undefined) return
  if (nameservers.length > nameserversMax) {
    const detail = `must not have more than ${nameserversMax} nameservers`
    config.invalid('nameservers', detail, goStrings(nameservers))
  }
  for (const [index, address] of nameservers.entries()) {
    config.problems(`nameservers[${index}]`, checkAddress(address), address)
  }
  validateSearches(config)
  for (const [index, option] of config.each('options').entries()) {
    if (option.text('name') === '') config.required(`options[${index}]`, 'must not be empty')
  }
}

function validateSearches(config: Place): void {
  const searches = config.texts('searches')
  if (searches.length > searchesMax) {
    const detail = `must not have more than ${searchesMax} search paths`
    config.invalid('searches', detail, goStrings(searches))
  }
  if (Buffer.byteLength(searches.join(' ')) > searchCharactersMax) {
    const detail = `must not have more than ${searchCharactersMax} characters (including spaces) in the search list`
    config.invalid('searches', detail, goStrings(searches))
  }
  for (const [index, search] of searches.entries()) {
    const name = search.endsWith('.') ? search.slice(0, -1) : search
    config.problems(`searches[${index}]`, checkDnsSubdomain(name), name)
  }
}

/** As ValidateHostAliases in Kubernetes' core validation. */
export function validateHostAliases(spec: Place): void {
  for (const alias of spec.each('hostAliases')) {
    alias.problems('ip', checkAddress(alias.text('ip')), alias.text('ip'))
    for (const [index, name] of alias.texts('hostnames').entries()) {
      alias.problems(`hostnames[${index}]`, checkDnsSubdomain(name), name)
    }
  }
}

/** The names under which a pod is found. */
export function validateHostNames(spec: Place): void {
  for (const field of ['hostname', 'subdomain']) {
    if (spec.text(field) !== '') spec.problems(field, checkDnsLabel(spec.text(field)))
  }
}
