import type { ToolLike } from '../../kernel/tool-like.ts';
import type { SinkKind } from './tool-profile.ts';

/** A tool as servers of its kind define it, and what it has to be taken for. */
export interface Row {
  readonly tool: ToolLike;
  readonly effects: string;
  readonly sinks: Readonly<Record<string, SinkKind>>;
}

const text = { type: 'string' };
const number = { type: 'number' };
const whole = { type: 'integer' };
const yes = { type: 'boolean' };
const object = { type: 'object' };
const url = { type: 'string', format: 'uri' };
const mail = { type: 'string', format: 'email' };
const date = { type: 'string', format: 'date' };
const list = (items: object): object => ({ type: 'array', items });
const one = (...values: string[]): object => ({ type: 'string', enum: values });
const of = (properties: object): object => ({ type: 'object', properties });
const maybe = (schema: object): object => ({ anyOf: [schema, { type: 'null' }] });
const said = (description: string): object => ({ type: 'string', description });

function row(
  name: string,
  description: string,
  properties: object,
  effects: string,
  sinks: Readonly<Record<string, SinkKind>> = {},
): Row {
  return { tool: { name, description, inputSchema: { type: 'object', properties } }, effects, sinks };
}

/** Tools of many trades. */
export const rows: readonly Row[] = [
  // mail
  row(
    'gmail_send',
    'Send an email through Gmail.',
    { to: list(text), cc: maybe(list(text)), subject: text, body: text },
    'write egress',
    { to: 'recipient', cc: 'recipient' },
  ),
  row(
    'outlook-forward-mail',
    'Forwards a message to other people.',
    { messageId: text, toRecipients: list(mail), comment: text },
    'write egress',
    { messageId: 'target', toRecipients: 'recipient' },
  ),
  row('reply_to_thread', 'Reply to everybody in an email thread.', { thread_id: text, body: text }, 'write egress', {
    thread_id: 'recipient',
  }),
  row('draftReply', 'Create a draft reply, without sending it.', { messageId: text, text }, 'write egress', {
    messageId: 'target',
  }),
  row(
    'list_inbox',
    'Lists messages in the inbox, newest first.',
    { limit: whole, folder: text, unread_only: yes },
    'read',
  ),
  row(
    'search_mailbox',
    'Search mail by sender, recipient or subject.',
    { query: text, from: text, to: text, after: date },
    'read',
  ),
  row('get_mail_thread', 'Returns all messages of a thread.', { thread_id: text }, 'read'),
  row('trash_message', 'Moves a message to the trash.', { id: text }, 'write', { id: 'target' }),
  row('add_label_to_message', 'Adds a label to a message.', { message_id: text, label: text }, 'write egress', {
    message_id: 'target',
  }),
  row(
    'create_forwarding_rule',
    'Creates a rule that forwards matching mail to an address.',
    { match: text, forward_to: mail },
    'write egress',
    { match: 'target', forward_to: 'recipient' },
  ),
  row('unsubscribe_newsletter', 'Unsubscribes from a mailing list.', { list_id: text }, 'write', { list_id: 'target' }),
  // chat
  row('slack_post', 'Post a message to a Slack channel.', { channel: text, text }, 'write egress', {
    channel: 'recipient',
  }),
  row(
    'conversations_add_message',
    'Add a message to a public channel, private channel, or direct message.',
    { channel_id: text, thread_ts: text, payload: said('Message payload in markdown') },
    'write egress',
    { channel_id: 'recipient', thread_ts: 'recipient' },
  ),
  row('read_channel_history', 'Fetches the latest messages of a channel.', { channel_id: text, limit: whole }, 'read'),
  row('dm_user', 'Sends a direct message to a user.', { username: text, message: text }, 'write egress', {
    username: 'recipient',
  }),
  row(
    'add_reaction',
    'Adds an emoji reaction to a message.',
    { channel: text, timestamp: text, reaction: text },
    'write',
    { channel: 'target', timestamp: 'time' },
  ),
  row('invite_to_channel', 'Invites users to a channel.', { channel: text, users: list(text) }, 'write egress', {
    channel: 'recipient',
    users: 'recipient',
  }),
  row(
    'telegram_broadcast',
    'Broadcasts a message to chats.',
    { chat_ids: list(whole), message: text },
    'write egress',
    { chat_ids: 'recipient' },
  ),
  row('set_channel_topic', 'Sets the topic of a channel.', { channel: text, topic: text }, 'write', {
    channel: 'target',
    topic: 'target',
  }),
  row('list_channel_members', 'Lists the members of a channel.', { channel_id: text }, 'read'),
  row('sms_send', 'Sends a text message.', { phone_number: text, message: text }, 'write egress', {
    phone_number: 'recipient',
  }),
  row('add_people_to_room', 'Adds people to a room.', { room: text, people: list(text) }, 'write egress', {
    room: 'recipient',
    people: 'recipient',
  }),
  // calendars
  row(
    'schedule_meeting',
    'Schedules a meeting and invites people.',
    { title: text, start: said('Start in ISO 8601'), end: said('End in ISO 8601'), attendees: list(mail), notes: text },
    'write egress',
    { start: 'time', end: 'time', attendees: 'recipient' },
  ),
  row('gcal_delete', 'Deletes an event from the calendar.', { calendarId: text, eventId: text }, 'write', {
    calendarId: 'target',
    eventId: 'target',
  }),
  row('list_appointments', 'List appointments between two dates.', { from: date, to: date }, 'read'),
  row(
    'find_free_slots',
    'Finds free slots for several people.',
    { participants: list(mail), date, duration_minutes: whole },
    'read',
  ),
  row(
    'update_meeting',
    'Updates a meeting.',
    { meeting_id: text, new_start: said('New start time'), location: text },
    'write',
    { meeting_id: 'target', new_start: 'time' },
  ),
  row('rsvp', 'Accept or decline an invitation.', { event_id: text, response: one('yes', 'no') }, 'write', {
    event_id: 'target',
  }),
  row('set_reminder', 'Sets a reminder.', { text, due_date: text }, 'write', { due_date: 'time' }),
  // files
  row('fs_read', 'Read the contents of a file.', { path: text }, 'read', { path: 'path' }),
  row('fs_write', 'Write content to a file at a path.', { path: text, content: text }, 'write', { path: 'path' }),
  row('rename_path', 'Rename a file or directory.', { source: text, destination: text }, 'write', {
    source: 'path',
    destination: 'path',
  }),
  row('grep', 'Searches files for a pattern.', { pattern: text, directory: text }, 'read', { directory: 'path' }),
  row('unzip_archive', 'Extract an archive into a directory.', { archivePath: text, outputDir: text }, 'write', {
    archivePath: 'path',
    outputDir: 'path',
  }),
  row('download_to_disk', 'Downloads a URL to a local file.', { url: text, file_path: text }, 'read write egress', {
    url: 'url',
    file_path: 'path',
  }),
  row(
    'apply_patch',
    'Applies a unified diff to files of the workspace.',
    { patch: text, root: said('Absolute path of the folder') },
    'write',
    { root: 'path' },
  ),
  row(
    'drive_share_item',
    'Shares a file with somebody.',
    { item_id: text, user_email: text, role: one('reader', 'writer') },
    'write egress',
    { item_id: 'target', user_email: 'recipient', role: 'permission' },
  ),
  row(
    'drive_upload',
    'Uploads a document to a folder of the drive.',
    { parent_folder_id: text, name: text, content: text },
    'write egress',
    { parent_folder_id: 'target' },
  ),
  row('drive_make_public', 'Makes a file available to everyone with the link.', { fileId: text }, 'write', {
    fileId: 'target',
  }),
  row('get_document_text', 'Returns the text of a document.', { document_id: text }, 'read'),
  row('remove_document', 'Removes a document for good.', { document_name: text }, 'write', { document_name: 'target' }),
  row(
    'screenshot_page',
    'Takes a screenshot and saves it.',
    { savePath: said('Path where the image is saved'), fullPage: yes },
    'write',
    { savePath: 'path' },
  ),
  // payments and banking
  row('wire_money', 'Wire money to a bank account.', { iban: text, amount: number, reference: text }, 'write egress', {
    iban: 'recipient',
    amount: 'amount',
    reference: 'target',
  }),
  row(
    'make_payment',
    'Makes a payment from your account.',
    { from_account: text, payee: text, amount: number, currency: text, memo: text, date },
    'write egress',
    { from_account: 'target', payee: 'recipient', amount: 'amount', currency: 'amount', date: 'time' },
  ),
  row(
    'create_standing_order',
    'Creates a standing order.',
    { recipient_account: text, amount: number, interval: one('weekly', 'monthly'), first_date: date },
    'write egress',
    { recipient_account: 'recipient', amount: 'amount', first_date: 'time' },
  ),
  row(
    'amend_payment',
    'Updates a scheduled payment.',
    { id: whole, recipient: maybe(text), amount: maybe(number), subject: maybe(text) },
    'write egress',
    { id: 'target', recipient: 'recipient', amount: 'amount' },
  ),
  row('account_balance', 'Returns the balance of an account.', { account_id: text }, 'read'),
  row('list_statements', 'Lists statements of the last months.', { account: text, months: whole }, 'read'),
  row('stripe_refund', 'Refunds a charge.', { charge_id: text, amount_cents: whole, reason: text }, 'write egress', {
    charge_id: 'target',
    amount_cents: 'amount',
  }),
  row(
    'create_invoice',
    'Creates an invoice for a customer.',
    {
      customer_id: text,
      line_items: list(of({ description: text, unit_price: number, quantity: whole })),
      due_date: date,
    },
    'write egress',
    {
      customer_id: 'recipient',
      'line_items[].unit_price': 'amount',
      'line_items[].quantity': 'amount',
      due_date: 'time',
    },
  ),
  row('send_crypto', 'Sends tokens to a wallet.', { wallet_address: text, token: text, amount: text }, 'write egress', {
    wallet_address: 'recipient',
    token: 'target',
    amount: 'amount',
  }),
  row(
    'buy_stock',
    'Buys shares at the market price.',
    { ticker: text, shares: number, limit_price: number },
    'write egress',
    { ticker: 'target', shares: 'amount', limit_price: 'amount' },
  ),
  row('reset_account_password', 'Sets a new password.', { user_name: text, new_password: text }, 'write', {
    user_name: 'target',
    new_password: 'target',
  }),
  row(
    'change_address_of_customer',
    'Changes where a customer gets deliveries.',
    { customer_id: text, street: text, city: text, zip: text, country: text },
    'write',
    { customer_id: 'target', street: 'recipient', city: 'recipient', zip: 'recipient', country: 'recipient' },
  ),
  row(
    'exchange_rate',
    'Returns the exchange rate of two currencies.',
    { from_currency: text, to_currency: text },
    'read',
  ),
  // shopping, booking, travel
  row(
    'reserve_table',
    'Reserve a table at a restaurant.',
    { restaurant: text, date, party_size: whole, special_requests: text },
    'write',
    { restaurant: 'target', date: 'time', party_size: 'amount' },
  ),
  row(
    'hotel_book',
    'Book a room in a hotel.',
    {
      hotel_id: text,
      check_in: date,
      check_out: date,
      guests: whole,
      payment_methods: list(of({ payment_id: text, amount: number })),
    },
    'write',
    {
      hotel_id: 'target',
      check_in: 'time',
      check_out: 'time',
      guests: 'amount',
      'payment_methods[].payment_id': 'target',
      'payment_methods[].amount': 'amount',
    },
  ),
  row(
    'rentACar',
    'Rents a car from a company.',
    { companyName: text, carType: text, pickupTime: said('Pick-up time'), dropOffTime: said('Drop-off time') },
    'write',
    { companyName: 'target', pickupTime: 'time', dropOffTime: 'time' },
  ),
  row('hotels_in', 'Find hotels in a city.', { city: text, max_price: number, stars: whole }, 'read'),
  row('flight_status', 'Returns the status of a flight.', { flight_number: text, date }, 'read'),
  row('cancel_booking', 'Cancels a booking.', { confirmation_code: text, reason: text }, 'write', {
    confirmation_code: 'target',
  }),
  row(
    'return_items',
    'Returns items of an order.',
    { order_number: text, item_ids: list(text), refund_method: text },
    'write',
    { order_number: 'target', item_ids: 'target', refund_method: 'target' },
  ),
  row('add_to_cart', 'Adds a product to the cart.', { sku: text, quantity: whole }, 'write', {
    sku: 'target',
    quantity: 'amount',
  }),
  row(
    'checkout',
    'Checks out the cart and pays.',
    { cart_id: text, card_id: text, shipping_address: text },
    'write egress',
    { cart_id: 'target', card_id: 'target', shipping_address: 'recipient' },
  ),
  row('restaurant_menu', 'Shows the menu of a restaurant.', { name: text }, 'read'),
  row(
    'weather_forecast',
    'Get the forecast for a place.',
    { latitude: number, longitude: number, days: whole },
    'read',
  ),
  row('directions', 'Calculates a route between two places.', { origin: text, destination: text }, 'read'),
  // CRM
  row('hubspot_create_contact', 'Creates a contact.', { email: mail, firstname: text, lastname: text }, 'write', {
    email: 'recipient',
  }),
  row(
    'salesforce_update_record',
    'Updates a record.',
    { object_name: text, record_id: text, fields: object },
    'write',
    { object_name: 'target', record_id: 'target' },
  ),
  row('crm_search', 'Searches companies and contacts.', { query: text }, 'read'),
  row('assign_lead', 'Assigns a lead to a sales person.', { lead_id: text, owner_id: text }, 'write', {
    lead_id: 'target',
    owner_id: 'target',
  }),
  row('log_call', 'Logs a call with a customer.', { customer_id: text, summary: text, call_date: date }, 'write', {
    customer_id: 'target',
    call_date: 'time',
  }),
  row('merge_contacts', 'Merges two contacts into one.', { primary_id: text, duplicate_id: text }, 'write', {
    primary_id: 'target',
    duplicate_id: 'target',
  }),
  row(
    'start_campaign',
    'Sends a campaign to a segment.',
    { campaign_id: text, segment_id: text, send_at: text },
    'write egress',
    { campaign_id: 'target', segment_id: 'target', send_at: 'time' },
  ),
  // tickets
  row('jira_add_comment', 'Adds a comment to an issue.', { issue_key: text, comment: text }, 'write egress', {
    issue_key: 'target',
  }),
  row('jira_transition', 'Moves an issue to another status.', { issue_key: text, transition_id: text }, 'write', {
    issue_key: 'target',
    transition_id: 'target',
  }),
  row(
    'linear_new_issue',
    'Create a new issue in Linear.',
    { team_id: text, title: text, description: text, assignee_id: text, priority: whole },
    'write egress',
    { team_id: 'recipient', assignee_id: 'recipient' },
  ),
  row('zendesk_get_ticket', 'Retrieve a ticket by its id.', { ticket_id: whole }, 'read'),
  row('close_case', 'Closes a support case.', { case_number: text, resolution: text }, 'write', {
    case_number: 'target',
  }),
  row(
    'escalate_incident',
    'Escalates an incident and pages the team on call.',
    { incident_id: text, team: text },
    'write egress',
    { incident_id: 'target', team: 'recipient' },
  ),
  row('list_sprints', 'Lists the sprints of a board.', { board_id: whole }, 'read'),
  row('complete_todo', 'Marks a to-do as done.', { description: text }, 'write', { description: 'target' }),
  // git hosting
  row(
    'gh_open_pull',
    'Create a pull request.',
    { owner: text, repo: text, title: text, head: text, base: text, body: text },
    'write egress',
    { owner: 'target', repo: 'target', head: 'target', base: 'target' },
  ),
  row('push_commits', 'Push commits to a remote repository.', { repository: text, branch: text }, 'write egress', {
    repository: 'target',
    branch: 'target',
  }),
  row('delete_branch', 'Deletes a branch.', { repo: text, branch: text }, 'write', {
    repo: 'target',
    branch: 'target',
  }),
  row(
    'get_repo_contents',
    'Get the contents of a file of a repository.',
    { owner: text, repo: text, path: text },
    'read',
    { path: 'path' },
  ),
  row(
    'add_collaborator',
    'Adds a collaborator to a repository.',
    { repo: text, username: text, permission: one('pull', 'push', 'admin') },
    'write egress',
    { repo: 'target', username: 'recipient', permission: 'permission' },
  ),
  row('git_clone', 'Clones a repository.', { repo_url: text, directory: text }, 'write egress', {
    repo_url: 'url',
    directory: 'path',
  }),
  row(
    'create_deploy_key',
    'Adds a deploy key to a repository.',
    { repo: text, title: text, key: text, read_only: yes },
    'write',
    { repo: 'target', key: 'target' },
  ),
  row(
    'set_repo_visibility',
    'Changes who can see a repository.',
    { repo: text, visibility: one('public', 'private') },
    'write',
    { repo: 'target', visibility: 'permission' },
  ),
  row(
    'run_workflow',
    'Runs a workflow of the repository.',
    { repo: text, workflow_id: text, ref: text, inputs: object },
    'write execute',
    { repo: 'target', workflow_id: 'target', ref: 'target' },
  ),
  row('list_commits', 'List commits of a branch.', { repo: text, sha: text }, 'read'),
  row('search_code', 'Search code in repositories.', { q: text, language: text }, 'read'),
  row('create_gist', 'Creates a gist.', { files: object, public: yes, description: text }, 'write egress', {
    files: 'target',
    public: 'permission',
  }),
  // cloud and operations
  row('aws_terminate_instance', 'Terminates an instance.', { instance_id: text, region: text }, 'write', {
    instance_id: 'target',
    region: 'target',
  }),
  row('s3_put', 'Puts an object into a bucket.', { bucket: text, key: text, body: text, acl: text }, 'write', {
    bucket: 'target',
    key: 'target',
    acl: 'permission',
  }),
  row('s3_get', 'Gets an object of a bucket.', { bucket: text, key: text }, 'read'),
  row('scale_deployment', 'Scales a deployment.', { namespace: text, deployment: text, replicas: whole }, 'write', {
    namespace: 'target',
    deployment: 'target',
    replicas: 'amount',
  }),
  row('kubectl_get', 'Get resources of the cluster.', { resource: text, namespace: text }, 'read'),
  row(
    'deploy_app',
    'Deploys an application to an environment.',
    { app: text, environment: text, version: text },
    'write execute',
    { app: 'target', environment: 'target' },
  ),
  row('invoke_lambda', 'Invokes a function.', { function_name: text, payload: object }, 'write execute', {
    function_name: 'target',
  }),
  row('iam_attach_policy', 'Attaches a policy to a role.', { role_name: text, policy_arn: text }, 'write', {
    role_name: 'permission',
    policy_arn: 'target',
  }),
  row('install_package', 'Installs a package.', { package: text, version: text }, 'write execute', {
    package: 'target',
  }),
  row('dns_lookup', 'Looks up the records of a domain.', { domain: text }, 'read egress', { domain: 'url' }),
  row('restart_service', 'Restarts a service on a server.', { server: text, service: text }, 'write', {
    server: 'target',
    service: 'target',
  }),
  row('get_metrics', 'Returns metrics for a time range.', { query: text, start: text, end: text }, 'read'),
  row('read_secret', 'Reads a secret from the vault.', { name: text }, 'read'),
  row('rotate_key', 'Rotates an access key.', { key_id: text }, 'write', { key_id: 'target' }),
  // databases
  row('sql_execute', 'Executes a SQL statement.', { sql: text }, 'read write', { sql: 'command' }),
  row('pg_query', 'Run a read-only SQL query against Postgres.', { sql: text }, 'read', { sql: 'command' }),
  row('mongo_find', 'Finds documents of a collection.', { collection: text, filter: object }, 'read'),
  row('insert_row', 'Inserts a row into a table.', { table: text, values: object }, 'write', { table: 'target' }),
  row('drop_table', 'Drops a table.', { table_name: text }, 'write', { table_name: 'target' }),
  row('redis_set', 'Sets a key.', { key: text, value: text, ttl: whole }, 'write', { key: 'target' }),
  row('describe_table', 'Describes the columns of a table.', { table: text }, 'read'),
  row('delete_where', 'Deletes rows that match.', { table: text, where: object }, 'write', {
    table: 'target',
    where: 'target',
  }),
  // the web and browsers
  row('http_request', 'Makes an HTTP request.', { method: text, url, headers: object, body: text }, 'write egress', {
    url: 'url',
  }),
  row('scrape_page', 'Scrapes a web page.', { url: text }, 'read egress', { url: 'url' }),
  row('web_search', 'Searches the web.', { query: text, count: whole }, 'read'),
  row('browser_click', 'Clicks an element of the page.', { element: text, ref: text }, 'write', {
    element: 'target',
    ref: 'target',
  }),
  row('browser_goto', 'Navigate to a URL.', { url: text }, 'read egress', { url: 'url' }),
  row(
    'register_webhook',
    'Registers a webhook for events.',
    { events: list(text), callback_url: text, secret: text },
    'write egress',
    { events: 'target', callback_url: 'url', secret: 'target' },
  ),
  row('validate_url', 'Validates the form of a URL.', { url: text }, 'read', { url: 'url' }),
  row('post_tweet', 'Posts a tweet.', { text, image_url: text }, 'write egress', { image_url: 'url' }),
  // code
  row('shell', 'Executes a shell command.', { command: text, timeout: whole }, 'read write execute egress', {
    command: 'command',
  }),
  row('python_exec', 'Runs Python code.', { code: text }, 'read write execute egress', { code: 'command' }),
  row('review_snippet', 'Reviews code for mistakes.', { code: text }, 'read'),
  row(
    'process_start',
    'Runs a terminal command with arguments.',
    { command: text, args: list(text), cwd: text },
    'read write execute egress',
    { command: 'command', args: 'command', cwd: 'path' },
  ),
  // notes, knowledge, home, people
  row('save_memory', 'Saves a fact for later.', { content: text }, 'write'),
  row('create_page', 'Creates a page in a wiki.', { parent_id: text, title: text, content: text }, 'write', {
    parent_id: 'target',
  }),
  row('edit_block', 'Replaces the text of a block.', { block_id: text, text }, 'write', { block_id: 'target' }),
  row('unlock_door', 'Unlocks a door.', { door: text }, 'write', { door: 'target' }),
  row('set_thermostat', 'Sets the temperature.', { device_id: text, temperature: number }, 'write', {
    device_id: 'target',
  }),
  row('approve_leave', 'Approves a request for leave.', { request_id: text }, 'write', { request_id: 'target' }),
  row('employee_lookup', 'Finds an employee by name.', { name: text }, 'read'),
  row('convert_units', 'Converts between units.', { value: number, from_unit: text, to_unit: text }, 'read'),
  row('translate', 'Translates a text.', { text, target_language: text }, 'read'),
  row('get_current_time', 'Returns the time in a time zone.', { timezone: text }, 'read'),
  row('delete_note', 'Deletes a note by its title.', { title: text }, 'write', { title: 'target' }),
  row(
    'search_and_replace',
    'Searches and replaces text in a file.',
    { file_path: text, search: text, replace: text },
    'read write',
    { file_path: 'path' },
  ),
  row('get_or_create_tag', 'Get a tag, or create it.', { name: text }, 'read write', {}),
  row(
    'getStatusAndNotify',
    'Gets the status and notifies somebody.',
    { id: text, notifyEmail: text },
    'read write egress',
    { id: 'target', notifyEmail: 'recipient' },
  ),
  // nothing known
  row('frobnicate', 'Frobnicates the widget.', { widget: text }, 'write', { widget: 'target' }),
  row('xyzzy', '', { recipient: text, payload: text }, 'write egress', { recipient: 'recipient' }),
  row('sync_contacts_out', 'Synchronises contacts with another system.', { endpoint: text }, 'write egress', {
    endpoint: 'url',
  }),
  row('enviar_correo', 'Envía un correo electrónico.', { destinatario: text, asunto: text, cuerpo: text }, 'write', {
    destinatario: 'target',
    asunto: 'target',
    cuerpo: 'target',
  }),
];
