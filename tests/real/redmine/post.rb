# What people write into a forum of Redmine: topics and answers; later edits and deletions.
# Everything is written down in posted.jsonl as it should be found.
require 'json'

HOST = "http://#{ENV['REAL_HOST']}".freeze
POSTED = ENV['POSTED']
FIRST = Time.utc(2026, 9, 1, 6)
PEOPLE = [%w[Gülşen Öztürkcan], %w[Ilgaz Şahinbaş], %w[İbrahim Çağlayangil], %w[Nuşin Ünalmış],
          %w[Doğukan Ağırbaş]].freeze
BEGIN_WITH = ['Bence de öyle', 'Ben aynı fikirde değilim', 'Kargom üç gündür gelmedi',
              'Dün akşam uğradım, ışıklar sönüktü', 'Çok beğendik', 'Fiyatlar yine artmış'].freeze
END_WITH = ['değil mi?', 'yazık oldu.', 'bir daha almam.', 'herkese öneririm!', 'ne dersiniz?'].freeze
SUBJECTS = ['Kargo nerede kaldı', 'İade süresi', 'Çarşıdaki kahveci', 'Iğdır yolu kapalı mı'].freeze

def remark(n)
  "#{BEGIN_WITH[n % BEGIN_WITH.size]}; #{n} kere söyledim, #{END_WITH[n % END_WITH.size]}"
end

def row_of(message)
  root = message.root
  url = "#{HOST}/boards/#{root.board_id}/topics/#{root.id}"
  is_topic = message.parent_id.nil?
  { url: is_topic ? url : "#{url}?r=#{message.id}#message-#{message.id}", kind: 'POST',
    author: message.author.name, published: message.created_on.to_i, text: message.content,
    state: 'new', id: message.id }
end

def write(board, people, number, at, parent)
  message = Message.new(board: board, author: people[number % people.size], parent: parent,
                        subject: parent ? "RE: #{parent.subject}" : "#{SUBJECTS[number % 4]} (#{number})",
                        content: "#{remark(number)}\n\n#{remark(number + 3)}")
  message.save!
  message.update_columns(created_on: at, updated_on: at)
  message.reload
end

def rows_of(path)
  File.readlines(path).map { |line| JSON.parse(line, symbolize_names: true) }
end

def store(rows)
  File.write(POSTED, rows.map { |row| JSON.generate(row) }.join("\n") + "\n")
end

def people
  @people ||= PEOPLE.each_with_index.map do |(first, last), i|
    User.find_by_login("uye#{i}") || User.new.tap do |user|
      user.login = "uye#{i}"
      user.firstname = first
      user.lastname = last
      user.mail = "uye#{i}@forum.example"
      user.save!(validate: false)
    end
  end
end

def first
  Setting.login_required = '0'
  Setting.default_language = 'tr'
  Setting.text_formatting = ''
  Setting.host_name = ENV['REAL_HOST']
  Role.anonymous.add_permission!(:view_messages)
  Role.non_member.add_permission!(:view_messages)
  project = Project.new(name: 'Semt', identifier: 'semt', is_public: true)
  project.enabled_module_names = ['boards']
  project.save!
  board = Board.create!(project: project, name: 'Alışveriş', description: 'Esnaf ve kargo')
  rows = []
  12.times do |n|
    topic = write(board, people, n * 7, FIRST + n * 86_400, nil)
    rows << row_of(topic)
    (n % 4 == 1 ? 31 : n % 3).times do |i|
      rows << row_of(write(board, people, n * 7 + i + 1, FIRST + n * 86_400 + (i + 1) * 1200, topic))
    end
  end
  store(rows)
end

def edits
  rows = rows_of(POSTED)
  rows.each_with_index do |row, i|
    message = Message.find(row[:id])
    if i % 17 == 5
      row[:text] += "\n\nDüzeltme: sorun çözüldü."
      message.update_columns(content: row[:text], updated_on: FIRST + 60 * 86_400)
      row[:state] = 'edited'
    elsif message.parent_id && i % 13 == 7
      message.destroy
      row[:state] = 'deleted'
    end
  end
  store(rows)
end

send(ENV['STAGE'])
