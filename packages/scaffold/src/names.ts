import { checkDns1035Label, checkDnsLabel, checkDnsSubdomain } from '@fairlead/kube-core'
import { ScaffoldUsageError } from './scaffold-error.ts'

const versionPattern = /^v\d+(?:(?:alpha|beta)\d+)?$/
const kindPattern = /^[A-Z][A-Za-z0-9]*$/

/** The kind that a command is about. */
export interface KindName {
  /** The whole group, such as `databases.example.com`. */
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly plural: string
}

/** @throws ScaffoldUsageError for a name that no Deployment or Lease could have */
export function checkProjectName(name: string): string {
  return checked('the project name', name, checkDnsLabel(name))
}

/** @throws ScaffoldUsageError */
export function checkDomain(domain: string): string {
  return checked('--domain', domain, checkDnsSubdomain(domain))
}

/**
 * The names of a kind; the group is the part before the domain, or empty for the domain itself.
 * @throws ScaffoldUsageError for names that the API server would refuse
 */
export function kindName(
  { group, version, kind, plural }: Omit<KindName, 'plural'> & { readonly plural?: string },
  domain: string,
): KindName {
  if (group !== '') checked('--group', group, checkDnsSubdomain(group))
  if (!versionPattern.test(version)) {
    throw new ScaffoldUsageError(
      `--version "${version}" is no version: expected v1, v1beta1, v1alpha1 or the like`,
    )
  }
  if (!kindPattern.test(kind)) {
    throw new ScaffoldUsageError(
      `--kind "${kind}" is no kind: expected a name in PascalCase, such as DatabaseCluster`,
    )
  }
  checked('--kind in lower case', kind.toLowerCase(), checkDns1035Label(kind.toLowerCase()))
  const many = plural ?? pluralOf(kind.toLowerCase())
  checked('--plural', many, checkDns1035Label(many))
  const whole = group === '' ? domain : `${group}.${domain}`
  // The name of the definition; a domain without dots is refused by the API server.
  if (!whole.includes('.')) {
    throw new ScaffoldUsageError(`the group ${whole} needs a dot: give --domain example.com`)
  }
  return { group: whole, version, kind, plural: many }
}

/** As English has it; where it does not, `--plural` says. */
export function pluralOf(singular: string): string {
  if (/[^aeiou]y$/.test(singular)) return `${singular.slice(0, -1)}ies`
  return /(?:s|x|z|ch|sh)$/.test(singular) ? `${singular}es` : `${singular}s`
}

/** `DatabaseCluster` is `database-cluster`, `HTTPRoute` is `http-route`. */
export function kebabOf(kind: string): string {
  return kind.replaceAll(/([a-z0-9])([A-Z])|([A-Z])([A-Z][a-z])/g, '$1$3-$2$4').toLowerCase()
}

/** `databaseClusters` is a variable for the kind with the plural `databaseclusters`. */
export function variableOf({ kind, plural }: Pick<KindName, 'kind' | 'plural'>): string {
  const many = pluralOf(kind)
  const name = many.toLowerCase() === plural ? many : `${kind}Versions`
  return name.replace(/^[A-Z]+(?=[A-Z][a-z])|^[A-Z]+/, (start) => start.toLowerCase())
}

/** The kind of an operator that has no other yet: `Database` for `database-operator`. */
export function kindOfProject(name: string): string {
  const words = name.replace(/-(?:operator|controller)$/, '').split('-')
  const kind = words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join('')
  return /^[A-Z]/.test(kind) ? kind : `Kind${kind}`
}

function checked(what: string, value: string, problems: readonly string[]): string {
  if (problems.length === 0) return value
  throw new ScaffoldUsageError(`${what} "${value}" cannot be used: ${problems.join('; ')}`)
}
