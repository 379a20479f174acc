/** What the rules of an event bus match on. */
export const EVENT_SOURCE = 'holdfast';
export const EVENT_DETAIL_TYPE = 'Job ended';
