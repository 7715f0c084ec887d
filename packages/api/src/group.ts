/** The API group of all our kinds. */
export const group = 'fairlead.dev'

/** The version that is stored and served. */
export const version = 'v1alpha1'

/** `kubectl get fairlead` lists all our kinds. */
export const categories: readonly string[] = ['fairlead']
