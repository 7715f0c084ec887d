/** The API group of all our kinds. */
export const group = 'fairlead.dev'

/** The version that is stored, and that this program reads and writes. */
export const version = 'v1beta1'

/** The version from before it, which is served too. */
export const formerVersion = 'v1alpha1'

/** `kubectl get fairlead` lists all our kinds. */
export const categories: readonly string[] = ['fairlead']
