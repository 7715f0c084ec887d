import { Type } from 'typebox'
import { choice, object } from './fields.ts'
import { dateTime, itemName } from './formats.ts'

/** What calls have shown of a provider's credential. */
export const credentialStatus = object('What calls have shown of a credential.', {
  name: itemName('Name of the credential.'),
  state: choice(
    'Usable; Refused by the provider; Expired, as the provider says; or Exhausted: limited for now, or without credit. It comes back by itself.',
    ['Usable', 'Refused', 'Exhausted', 'Expired'],
  ),
  since: dateTime('When it came into this state.'),
  until: Type.Optional(dateTime('Until when it is not used; absent if it is.')),
})
