/** https://cloud.google.com/vertex-ai/docs/authentication#scopes */
export const cloudPlatformScope = 'https://www.googleapis.com/auth/cloud-platform'
