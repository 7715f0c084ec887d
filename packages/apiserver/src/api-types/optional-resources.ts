import type { BuiltInResource } from './built-in-resource.ts'

const group = 'admissionregistration.k8s.io'
const version = 'v1alpha1'
const policy = 'MutatingAdmissionPolicy'
const prefix = 'io.k8s.api.admissionregistration.v1alpha1.'
const common = {
  group,
  version,
  namespaced: false,
  verbs: ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
  categories: ['api-extensions'],
}

/** The versions, such as `apps/v1`, that a server of Kubernetes 1.32 serves when it is told to. */
export const optionalVersions: ReadonlySet<string> = new Set([`${group}/${version}`])

/** The resources of these versions. */
export const optionalResources: readonly BuiltInResource[] = [
  {
    ...common,
    kind: policy,
    plural: 'mutatingadmissionpolicies',
    singular: 'mutatingadmissionpolicy',
    type: `${prefix}${policy}`,
  },
  {
    ...common,
    kind: `${policy}Binding`,
    plural: 'mutatingadmissionpolicybindings',
    singular: 'mutatingadmissionpolicybinding',
    type: `${prefix}${policy}Binding`,
  },
]
