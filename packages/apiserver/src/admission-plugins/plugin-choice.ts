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

/** The plugins of kube-apiserver 1.32, in their order (`AllOrderedPlugins`), and which are on. */
const known: ReadonlyMap<string, 'on' | 'off'> = new Map([
  ['AlwaysAdmit', 'off'],
  ['NamespaceAutoProvision', 'off'],
  ['NamespaceLifecycle', 'on'],
  ['NamespaceExists', 'off'],
  ['LimitPodHardAntiAffinityTopology', 'off'],
  ['LimitRanger', 'on'],
  // As envtest starts kube-apiserver: nothing creates the accounts that pods would have.
  ['ServiceAccount', 'off'],
  ['NodeRestriction', 'off'],
  ['TaintNodesByCondition', 'on'],
  ['AlwaysPullImages', 'off'],
  ['ImagePolicyWebhook', 'off'],
  ['PodSecurity', 'on'],
  ['PodNodeSelector', 'off'],
  ['Priority', 'on'],
  ['DefaultTolerationSeconds', 'on'],
  ['PodTolerationRestriction', 'off'],
  ['EventRateLimit', 'off'],
  ['ExtendedResourceToleration', 'off'],
  ['DefaultStorageClass', 'on'],
  ['StorageObjectInUseProtection', 'on'],
  ['OwnerReferencesPermissionEnforcement', 'off'],
  ['PersistentVolumeClaimResize', 'on'],
  ['RuntimeClass', 'on'],
  ['CertificateApproval', 'on'],
  ['CertificateSigning', 'on'],
  ['ClusterTrustBundleAttest', 'on'],
  ['CertificateSubjectRestriction', 'on'],
  ['DefaultIngressClass', 'on'],
  ['DenyServiceExternalIPs', 'off'],
  ['MutatingAdmissionPolicy', 'on'],
  ['MutatingAdmissionWebhook', 'on'],
  ['ValidatingAdmissionPolicy', 'on'],
  ['ValidatingAdmissionWebhook', 'on'],
  ['ResourceQuota', 'on'],
  ['AlwaysDeny', 'off'],
])

/** What these would act on is not served: whether they are on makes no difference. */
const needless: ReadonlySet<string> = new Set([
  'ClusterTrustBundleAttest',
  'MutatingAdmissionPolicy',
])

/**
 * The plugins that are on, in their order. Those that kube-apiserver has no name for are always on.
 * One that is not served can be turned off: it is.
 * @throws PluginChoiceError for a name that no plugin has, or to turn on one that is not served
 */
export function chosenPlugins(
  plugins: readonly AdmissionPlugin[],
  { enable = [], disable = [] }: PluginChoice,
): readonly AdmissionPlugin[] {
  const served = new Set(plugins.map(({ name }) => name))
  const unknown = [...enable, ...disable].find((name) => !known.has(name))
  if (unknown !== undefined) throw new PluginChoiceError(`admission plugin "${unknown}" is unknown`)
  const absent = enable.find(
    (name) => !served.has(name) && !needless.has(name) && !disable.includes(name),
  )
  if (absent !== undefined)
    throw new PluginChoiceError(`admission plugin "${absent}" is not served`)
  return plugins.filter(({ name }) => {
    if (disable.includes(name)) return false
    return known.get(name) !== 'off' || enable.includes(name)
  })
}
