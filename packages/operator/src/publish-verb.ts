/** The verb of roles that lets somebody expose prompts, and roll out versions of exposed ones. */
export const publishVerb = 'publish'
