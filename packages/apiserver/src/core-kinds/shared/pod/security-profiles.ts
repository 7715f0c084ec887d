import { goQuote, GoSyntax } from '@fairlead/kube-core'

import { validateRelativePath } from '../relative-path.ts'
import type { Place } from '../place.ts'

const types = ['Localhost', 'RuntimeDefault', 'Unconfined'] as const
/** Linux' PATH_MAX without the byte that ends a path. */
const profileNameBytesMax = 4095

/** As validateSeccompProfileField in Kubernetes' core validation. */
export function validateSeccompProfile(profile: Place | undefined): void {
  if (profile === undefined) return
  const type = profile.text('type')
  if (type === '') profile.required('type', 'type is required when seccompProfile is set')
  else if (!types.some((each) => each === type)) profile.unsupported('type', types)
  const local = profile.text('localhostProfile')
  if (type === 'Localhost') {
    if (profile.has('localhostProfile')) {
      validateRelativePath(profile, 'localhostProfile', local)
    } else {
      const detail = 'must be set when seccomp type is Localhost'
      profile.required('localhostProfile', detail)
    }
  } else if (profile.has('localhostProfile')) {
    const detail = 'can only be set when seccomp type is Localhost'
    const shown = `core.SeccompProfile{Type:${goQuote(type)}, LocalhostProfile:(*string)(0xc000000000)}`
    profile.invalid('localhostProfile', detail, new GoSyntax(shown))
  }
}

/** As ValidateAppArmorProfileField in Kubernetes' core validation. */
export function validateAppArmorProfile(profile: Place | undefined): void {
  if (profile === undefined) return
  switch (profile.text('type')) {
    case 'Localhost':
      validateLocalAppArmor(profile)
      break
    case 'RuntimeDefault':
    case 'Unconfined': {
      if (!profile.has('localhostProfile')) break
      const detail = 'can only be set when AppArmor type is Localhost'
      profile.invalid('localhostProfile', detail)
      break
    }
    case '':
      profile.required('type', 'type is required when appArmorProfile is set')
      break
    default:
      profile.unsupported('type', types)
  }
}

function validateLocalAppArmor(profile: Place): void {
  const field = 'localhostProfile'
  const name = profile.text(field)
  if (!profile.has(field) || name === '') {
    profile.required(field, 'must be set when AppArmor type is Localhost')
  } else if (name.trim() !== name) {
    profile.invalid(field, 'must not be padded with whitespace')
  }
  if (Buffer.byteLength(name) <= profileNameBytesMax) return
  const detail = `may not be more than ${profileNameBytesMax} bytes`
  profile.found.push({ type: 'TooLong', field: profile.pathOf(field), detail })
}
