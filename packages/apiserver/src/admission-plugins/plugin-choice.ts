import type { AdmissionPlugin } from '../admission/admission-plugin.ts'

/** Which plugins are on, by their names in Kubernetes, as kube-apiserver's flags choose them. */
export interface PluginChoice {
  /** On besides those that are on by default. */
  readonly enable?: readonly string[]
  /** Off, also when enabled. */
  readonly disable?: readonly string[]
}

/** A choice that names a plugin which is unknown, or not served. */
class PluginChoiceError extends Error {
  override readonly name = 'PluginChoiceError'
}

/** What kube-apiserver 1.32 has besides the plugins here (`AllOrderedPlugins`). */
const notServed: readonly string[] = [
  'AlwaysAdmit',
  'AlwaysDeny',
  'AlwaysPullImages',
  'CertificateApproval',
  'CertificateSigning',
  'CertificateSubjectRestriction',
  'ClusterTrustBundleAttest',
  'DenyServiceExternalIPs',
  'EventRateLimit',
  'ExtendedResourceToleration',
  'ImagePolicyWebhook',
  'LimitPodHardAntiAffinityTopology',
  'MutatingAdmissionPolicy',
  'NamespaceAutoProvision',
  'NamespaceExists',
  'NodeRestriction',
  'OwnerReferencesPermissionEnforcement',
  'PodNodeSelector',
  'PodSecurity',
  'PodTolerationRestriction',
  'ResourceQuota',
]

/**
 * The plugins that are on, in their order. One that is not served can be turned off: it is.
 * @throws PluginChoiceError for a name that no plugin has, or to turn on one that is not served
 */
export function chosenPlugins(
  plugins: readonly AdmissionPlugin[],
  offByDefault: ReadonlySet<string>,
  { enable = [], disable = [] }: PluginChoice,
): readonly AdmissionPlugin[] {
  const served = new Set(plugins.map(({ name }) => name))
  const unknown = [...enable, ...disable].find(
    (name) => !served.has(name) && !notServed.includes(name),
  )
  if (unknown !== undefined) throw new PluginChoiceError(`admission plugin "${unknown}" is unknown`)
  const absent = enable.find((name) => !served.has(name) && !disable.includes(name))
  if (absent !== undefined)
    throw new PluginChoiceError(`admission plugin "${absent}" is not served`)
  return plugins.filter(
    ({ name }) => !disable.includes(name) && (!offByDefault.has(name) || enable.includes(name)),
  )
}
